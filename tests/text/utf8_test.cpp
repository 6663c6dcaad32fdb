#include "text/utf8.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

using namespace volumeviz::text;
using namespace std::string_literals;

namespace {

std::string one_line(std::string text, std::size_t most = 100) {
  make_one_line(text, most);
  return text;
}

std::string storable(std::string text) {
  make_storable(text);
  return text;
}

} // namespace

TEST_CASE("valid text in one line stays as it is") {
  CHECK(one_line("") == "");
  CHECK(one_line("a \"text\" of 26.1.3") == "a \"text\" of 26.1.3");
  CHECK(one_line("\u00e4\u20ac\U0001F433") == "\u00e4\u20ac\U0001F433");
}

TEST_CASE("what is not UTF-8 becomes U+FFFD, byte by byte") {
  CHECK(one_line("\xff") == "\ufffd");
  CHECK(one_line("a\x80z") == "a\ufffdz");
  CHECK(one_line("\xc3") == "\ufffd");                     // cut off
  CHECK(one_line("\xc0\xaf") == "\ufffd\ufffd");           // overlong
  CHECK(one_line("\xe0\x80\xaf") == "\ufffd\ufffd\ufffd"); // overlong
  CHECK(one_line("\xed\xa0\x80") == "\ufffd\ufffd\ufffd"); // half of a pair
  CHECK(one_line("\xf4\x90\x80\x80").size() == 4 * 3);     // beyond Unicode
  CHECK(one_line("\xe2\x82"
                 "ab")
        == "\ufffd\ufffd"
           "ab");
}

TEST_CASE("control characters become spaces") {
  CHECK(one_line("one\nline\r\t\x1b[2J\x7f") == "one line   [2J ");
  CHECK(one_line(std::string("a\0b", 3)) == "a b");
  CHECK(one_line("a\u0085b") == "a b");
  CHECK(one_line("a\u00a0b") == "a\u00a0b");
}

TEST_CASE("a text is cut, and no character is cut in half") {
  CHECK(one_line("abcdef", 3) == "abc");
  CHECK(one_line("ab\u20ac", 4) == "ab");
  CHECK(one_line("ab\u20ac", 5) == "ab\u20ac");
  CHECK(one_line("\xff\xff\xff", 3) == "\ufffd");
  CHECK(one_line("\xff\xff\xff", 5) == "\ufffd");
  CHECK(one_line(std::string(1000, '\xff'), 100).size() == 99);
}

TEST_CASE("text that a database can hold is left as it is") {
  for (const auto& text : {""s, "plain"s, "Größe 中 🚢 \x01\x7f"s, "\xEF\xBF\xBD"s,
                           "\xED\x9F\xBF\xEE\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
    auto copy = text;
    CHECK(is_storable(copy));
    CHECK_FALSE(make_storable(copy));
    CHECK(copy == text);
  }
}

TEST_CASE("U+0000 and what is not UTF-8 become U+FFFD, the rest stays") {
  CHECK(storable("a\0b"s) == "a\uFFFDb");
  CHECK(storable("\0"s) == "\uFFFD");
  CHECK(storable("a\x80z") == "a\uFFFDz");
  CHECK(storable("end\xC3") == "end\uFFFD");
  CHECK(storable("\xC0\xAF") == "\uFFFD\uFFFD");                     // an overlong '/'
  CHECK(storable("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");           // half of a surrogate pair
  CHECK(storable("\xF4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD"); // above U+10FFFF
  CHECK(storable("\xE4\xB8x") == "\uFFFD\uFFFDx");
}

TEST_CASE("a text is cut only where it is too long") {
  for (const std::string text : {"", "four"}) {
    auto copy = text;
    cut(copy, 4);
    CHECK(copy == text);
  }
  std::string euros = "\u20ac\u20ac";
  cut(euros, 5);
  CHECK(euros == "\u20ac");
  cut(euros, 2);
  CHECK(euros.empty());
}

TEST_CASE("a text is storable exactly when every character is, and it is not U+0000") {
  const auto some_text = rc::gen::container<std::string>(
      rc::gen::elementOf("a\0\x7f\x80\xbf\xc3\xa4\xe2\x82\xac\xed\xa0\xf0\x9f\x90\xb3\xf4\xff"s));
  CHECK(rc::check([&] {
    const auto text = *some_text;
    bool good = true;
    for (std::string_view left = text; good && !left.empty();) {
      const auto size = left.front() == '\0' ? 0 : utf8_length(left);
      good = size > 0;
      left.remove_prefix(size);
    }
    RC_ASSERT(is_storable(text) == good);
    RC_ASSERT(is_storable(storable(text)));
  }));
}

TEST_CASE("only valid UTF-8 without U+0000 is storable") {
  for (const auto* good : {"", "a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xef\xbf\xbf"})
    CHECK(is_storable(good));
  for (const auto* bad :
       {"\x80", "\xc3", "\xe2\x82", "\xc1\xbf", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", "a\xff", "\xc3\x28"})
    CHECK_FALSE(is_storable(bad));
  CHECK_FALSE(is_storable("a\0b"s));
}
