#include "persistence/cursor.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace volumeviz;
using namespace volumeviz::persistence;

TEST_CASE("a cursor decodes to its key, and has only characters that are safe in a URL") {
  CHECK(rc::check("any key", [](const std::string& some) {
    auto text = some;
    std::erase(text, '\0');
    for (auto& c : text)
      c = static_cast<char>(c & 0x7F);
    std::erase(text, '\0');
    const std::vector<std::string> key{text, "second", text + text};
    const auto cursor = encode_cursor("volumes", key);
    RC_ASSERT(
        cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        == std::string::npos);
    RC_ASSERT(decode_cursor(cursor, "volumes", 3).value() == key);
  }));
  CHECK(decode_cursor(encode_cursor("t", {"Größe/中", ""}), "t", 2).value()
        == std::vector<std::string>{"Größe/中", ""});
}

TEST_CASE("an empty cursor is the beginning") {
  CHECK(encode_cursor("volumes", {}).empty());
  CHECK(decode_cursor("", "volumes", 2).value().empty());
}

TEST_CASE("a cursor of another list, or no cursor at all, is the caller's mistake") {
  const auto good = encode_cursor("volumes", {"h", "v"});
  const auto refused = [](const std::string& cursor, const std::string& table = "volumes",
                          std::size_t parts = 2) {
    const auto read = decode_cursor(cursor, table, parts);
    return !read && read.error().code == ec::bad_request;
  };
  CHECK_FALSE(refused(good));
  CHECK(refused(good, "containers"));
  CHECK(refused(good, "volumes", 3));
  CHECK(refused(good.substr(1)));
  CHECK(refused(good.substr(0, good.size() - 2)));
  CHECK(refused(good + "AAAA"));
  CHECK(refused("not base64!"));
  CHECK(refused("1234"));
  CHECK(refused("WyJ2b2x1bWVzIiwgImgiLCAidiJd")); // ["volumes", "h", "v"], with blanks
  CHECK(refused(good + 'A'));                     // six spare bits
  CHECK(refused("W10"));                          // []
  CHECK(refused("WzEsMiwzXQ"));                   // [1,2,3]
  CHECK(refused(std::string(100'000, 'A')));
  CHECK(refused(encode_cursor("volumes", {"h", std::string("v\0w", 3)})));
}

TEST_CASE("any text at all is either a cursor or refused") {
  CHECK(rc::check("any text", [](const std::string& text) {
    const auto read = decode_cursor(text, "volumes", 2);
    // In brackets: some releases of rapidcheck evaluate both sides of an expression that they
    // print.
    RC_ASSERT((read || read.error().code == ec::bad_request));
  }));
}
