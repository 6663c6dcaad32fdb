#include "persistence/text.hpp"

#include <boost/json.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace volumeviz::persistence {

namespace {

constexpr const char* replacement = "\xEF\xBF\xBD";

bool continues(const std::string& text, std::size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
  return at < text.size() && static_cast<unsigned char>(text[at]) >= low
         && static_cast<unsigned char>(text[at]) <= high;
}

/// The length of the character at `at`, 0 when it is none that a text column takes (RFC 3629, table
/// of well-formed sequences; U+0000 counts as none).
std::size_t character_length(const std::string& text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80)
    return first == 0 ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF)
    return continues(text, at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF; // above: halves of surrogate pairs
    return continues(text, at + 1, low, high) && continues(text, at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return continues(text, at + 1, low, high) && continues(text, at + 2) && continues(text, at + 3)
               ? 4
               : 0;
  }
  return 0;
}

/// Where the first character begins that a text column does not take; its size, if all are taken.
std::size_t first_unclean(const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto length = character_length(text, at);
    if (length == 0)
      break;
    at += length;
  }
  return at;
}

} // namespace

bool is_clean(const std::string& text) {
  return first_unclean(text) == text.size();
}

void cut(std::string& text, std::size_t most) {
  if (text.size() <= most)
    return;
  auto end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  text.resize(end);
  text.shrink_to_fit();
}

bool clean(std::string& text) {
  auto at = first_unclean(text);
  if (at == text.size())
    return false;
  std::string cleaned = text.substr(0, at);
  while (at < text.size()) {
    if (const auto length = character_length(text, at)) {
      cleaned.append(text, at, length);
      at += length;
    } else {
      cleaned += replacement;
      ++at;
    }
  }
  text = std::move(cleaned);
  return true;
}

std::string iso_time(timestamp when) {
  if (when == never)
    return {};
  using namespace std::chrono;
  const sys_time<nanoseconds> time{nanoseconds{when}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()},
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return text.data();
}

std::string json_object(const key_values& values) {
  boost::json::object object;
  object.reserve(values.size());
  for (const auto& [key, value] : values)
    object.emplace(key, value);
  return boost::json::serialize(object);
}

std::string json_array(const std::vector<std::string>& texts) {
  boost::json::array array;
  array.reserve(texts.size());
  for (const auto& text : texts)
    array.emplace_back(text);
  return boost::json::serialize(array);
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

} // namespace volumeviz::persistence
