#pragma once

#include "messages/resources.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// A JSON object of strings, keys in order: equal maps give equal text.
std::string json_object(const key_values& values);

/// A JSON array of strings, in their order.
std::string json_array(const std::vector<std::string>& texts);

/// Our clock's, as text::iso_time() writes it.
std::string current_time();

std::string hex(std::uint64_t value);

/// The whole number that an answer of the database begins with; 0 when there is none.
template <class Number>
Number number_in(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// FNV-1a: the same on every machine, and no more than a checksum.
std::uint64_t hash_of(std::string_view text);

} // namespace volumeviz::persistence
