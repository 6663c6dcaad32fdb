#include "docker/broken_text.hpp"

#include "text/percent.hpp"
#include "text/utf8.hpp"

#include <boost/json.hpp>

#include <cstddef>

namespace volumeviz::docker {

namespace json = boost::json;

namespace {

constexpr std::string_view mark = "\xEF\xB7\x90"; // U+FDD0

/// The 16 bits of an escape "\uXXXX" at the beginning of `text`.
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u')
    return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    const auto digit = text::hex_digit(c);
    if (digit < 0)
      return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return unit;
}

/// What stands at the beginning of `text`, within a string: how many bytes belong together, and
/// whether they are valid.
struct part {
  std::size_t size = 1;
  bool valid = true;
};

part next_part(std::string_view text) {
  if (text.front() != '\\') {
    const auto size = text::utf8_length(text);
    return {.size = size > 0 ? size : 1, .valid = size > 0};
  }
  const auto unit = escaped_unit(text);
  if (!unit || *unit < 0xd800 || *unit > 0xdfff)
    return {.size = text.size() > 1 ? std::size_t{2} : 1};
  const auto other = escaped_unit(text.substr(6));
  const auto pair = *unit < 0xdc00 && other && *other >= 0xdc00 && *other <= 0xdfff;
  return {.size = pair ? std::size_t{12} : 6, .valid = pair};
}

bool marked(std::string_view text) {
  return text.find(mark) != std::string_view::npos;
}

} // namespace

std::optional<std::string> mark_broken_text(std::string_view document) {
  std::string out;
  out.reserve(document.size() + 64);
  bool broken = false, in_string = false;
  while (!document.empty()) {
    const auto quote = document.front() == '"';
    const auto here = in_string && !quote ? next_part(document) : part{};
    in_string ^= quote;
    out += here.valid ? document.substr(0, here.size) : mark;
    broken |= !here.valid;
    document.remove_prefix(here.size);
  }
  return broken ? std::optional{std::move(out)} : std::nullopt;
}

void drop_broken_text(json::value& parsed) {
  if (auto* text = parsed.if_string()) {
    if (marked(*text))
      parsed = false;
  } else if (auto* list = parsed.if_array()) {
    for (auto& x : *list)
      drop_broken_text(x);
  } else if (auto* object = parsed.if_object()) {
    for (auto& member : *object) {
      if (marked(member.key()))
        member.value() = false;
      else
        drop_broken_text(member.value());
    }
  }
}

} // namespace volumeviz::docker
