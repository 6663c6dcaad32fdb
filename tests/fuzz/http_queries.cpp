// Query strings of the HTTP API, and the cursors in them.
#include "http/parameters.hpp"
#include "persistence/cursor.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "text/utf8.hpp"

using namespace volumeviz;
using namespace volumeviz::fuzz;

namespace {

/// Escapes every byte, so that no character has a special meaning.
std::string written(const http::parameters& given) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  const auto escape = [&](const std::string& text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  };
  for (const auto& [name, value] : given) {
    out += out.empty() ? "" : "&";
    escape(name);
    out += '=';
    escape(value);
  }
  return out;
}

void check_failure(const failure& why) {
  must(why.code == ec::bad_request, "a query that is refused is the caller's mistake");
  must(!why.text.empty() && text::is_storable(why.text) && one_line(why.text),
       "a refusal is one line of text", why.text);
}

void check_query(const persistence::query& asked) {
  must(asked.limit >= 1 && asked.limit <= 1000, "a page has 1 to 1000 rows");
  for (const auto* text : {&asked.host, &asked.driver, &asked.cursor})
    must(text::is_storable(*text), "what reaches the database is text", *text);
  if (asked.label)
    must(!asked.label->first.empty() && text::is_storable(asked.label->first)
             && text::is_storable(asked.label->second),
         "a label has a key, and is text");
}

void check_changes(const persistence::change_query& asked) {
  must(asked.limit >= 1 && asked.limit <= 1000, "a page has 1 to 1000 changes");
  const auto& which = asked.which;
  for (const auto* text :
       {&which.host, &which.kind, &which.operation, &which.volume, &which.container, &which.source})
    must(text::is_storable(*text), "what reaches the database is text", *text);
}

void check_cursor(const std::string& cursor) {
  for (const std::size_t parts : {std::size_t{2}, std::size_t{4}}) {
    const auto key = persistence::decode_cursor(cursor, "volumes", parts);
    if (!key) {
      check_failure(key.error());
      continue;
    }
    must(key->empty() == cursor.empty(), "only an empty cursor is the beginning", cursor);
    must(key->empty() || key->size() == parts, "a key has all its parts", cursor);
    must(persistence::encode_cursor("volumes", *key) == cursor,
         "a cursor that is accepted is one that was given out", cursor);
    for (const auto& part : *key)
      must(text::is_storable(part), "a key is text that a database can compare with", cursor);
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto given = http::parse_parameters(text);
  const auto again = http::parse_parameters(written(given));
  must(again == given, "parameters that are written down read as the same", text);
  for (const auto rows : {http::listed_rows::volumes, http::listed_rows::containers,
                          http::listed_rows::mounts, http::listed_rows::hosts}) {
    const auto asked = http::parse_query(given, rows);
    asked ? check_query(*asked) : check_failure(asked.error());
  }
  const auto changes = http::parse_change_query(given);
  changes ? check_changes(*changes) : check_failure(changes.error());
  if (const auto scope = http::parse_scope(given); !scope)
    check_failure(scope.error());
  check_cursor(std::string{text});
  for (const auto& [name, value] : given)
    if (name == "cursor")
      check_cursor(value);
  // And the reverse: our own output can be parsed.
  const std::string part{text.substr(0, text.find('\0'))};
  if (!part.empty() && part.size() < 4096 && text::is_storable(part)) {
    const std::vector<std::string> key{part, "second"};
    const auto read = persistence::decode_cursor(persistence::encode_cursor("volumes", key),
                                                 "volumes", key.size());
    must(read && *read == key, "a cursor gives back the key it was made of", part);
  }
  return 0;
}
