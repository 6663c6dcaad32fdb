#include "sync/clean_text.hpp"

#include <doctest/doctest.h>

#include <string>

using volumeviz::sync::clean_text;

namespace {

std::string cleaned(std::string text, std::size_t most = 100) {
  clean_text(text, most);
  return text;
}

} // namespace

TEST_CASE("valid text in one line stays as it is") {
  CHECK(cleaned("") == "");
  CHECK(cleaned("a \"text\" of 26.1.3") == "a \"text\" of 26.1.3");
  CHECK(cleaned("\u00e4\u20ac\U0001F433") == "\u00e4\u20ac\U0001F433");
}

TEST_CASE("what is not UTF-8 becomes U+FFFD, byte by byte") {
  CHECK(cleaned("\xff") == "\ufffd");
  CHECK(cleaned("a\x80z") == "a\ufffdz");
  CHECK(cleaned("\xc3") == "\ufffd");                     // cut off
  CHECK(cleaned("\xc0\xaf") == "\ufffd\ufffd");           // overlong
  CHECK(cleaned("\xe0\x80\xaf") == "\ufffd\ufffd\ufffd"); // overlong
  CHECK(cleaned("\xed\xa0\x80") == "\ufffd\ufffd\ufffd"); // half of a pair
  CHECK(cleaned("\xf4\x90\x80\x80").size() == 4 * 3);     // beyond Unicode
  CHECK(cleaned("\xe2\x82"
                "ab")
        == "\ufffd\ufffd"
           "ab");
}

TEST_CASE("control characters become spaces") {
  CHECK(cleaned("one\nline\r\t\x1b[2J\x7f") == "one line   [2J ");
  CHECK(cleaned(std::string("a\0b", 3)) == "a b");
  CHECK(cleaned("a\u0085b") == "a b");
  CHECK(cleaned("a\u00a0b") == "a\u00a0b");
}

TEST_CASE("a text is cut, and no character is cut in half") {
  CHECK(cleaned("abcdef", 3) == "abc");
  CHECK(cleaned("ab\u20ac", 4) == "ab");
  CHECK(cleaned("ab\u20ac", 5) == "ab\u20ac");
  CHECK(cleaned("\xff\xff\xff", 3) == "\ufffd");
  CHECK(cleaned("\xff\xff\xff", 5) == "\ufffd");
  CHECK(cleaned(std::string(1000, '\xff'), 100).size() == 99);
}
