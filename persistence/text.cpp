#include "persistence/text.hpp"

#include "text/iso_time.hpp"

#include <boost/json.hpp>

#include <array>
#include <chrono>
#include <cstdio>

namespace volumeviz::persistence {

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

std::string current_time() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return text::iso_time(std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count());
}

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

} // namespace volumeviz::persistence
