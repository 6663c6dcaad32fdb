#include "text/percent.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace volumeviz::text;
using namespace std::string_literals;

TEST_CASE("only unreserved characters and those to keep are not percent-encoded") {
  CHECK(percent_encode("data-1.x_~") == "data-1.x_~");
  CHECK(percent_encode("a/b c?#%") == "a%2Fb%20c%3F%23%25");
  CHECK(percent_encode("/a b", "/") == "/a%20b");
  CHECK(percent_encode("\xc3\xa4\0"s) == "%C3%A4%00");
}

TEST_CASE("a percent sign without two hexadecimal digits can't be decoded") {
  CHECK(percent_decode("a%2Fb%20%c3%A4+") == "a/b \xc3\xa4+");
  CHECK(percent_decode("%00") == "\0"s);
  for (const auto* wrong : {"%", "%2", "a%zz", "%2g", "%%41"}) {
    CAPTURE(wrong);
    CHECK_FALSE(percent_decode(wrong));
  }
}

TEST_CASE("a query has plus signs for spaces, and wrong escapes stay as they are") {
  CHECK(query_decode("a+b%2B%41") == "a b+A");
  CHECK(query_decode("100%+%zz%4") == "100% %zz%4");
}

TEST_CASE("any text is decoded to what was encoded") {
  CHECK(rc::check([](const std::string& text) {
    RC_ASSERT(percent_decode(percent_encode(text)) == text);
    RC_ASSERT(query_decode(percent_encode(text)) == text);
  }));
}
