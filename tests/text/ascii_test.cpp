#include "text/ascii.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::text;

TEST_CASE("only the letters of ASCII have a lower case") {
  CHECK(lower("AZ az 09 @[`{ \xc3\x84") == "az az 09 @[`{ \xc3\x84");
  CHECK(equal_ignoring_case("Node-1.Example", "nODE-1.eXAMPLE"));
  CHECK_FALSE(equal_ignoring_case("node", "node1"));
  CHECK_FALSE(equal_ignoring_case("[", "{"));
}

TEST_CASE("a word is found in any case") {
  CHECK(find_ignoring_case("sslPassWord", "password") == 3);
  CHECK(find_ignoring_case("pass", "password") == std::string_view::npos);
}

TEST_CASE("spaces and tabs at the ends are trimmed") {
  CHECK(trimmed(" \ta b\t ") == "a b");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
}
