#pragma once

#include "messages/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// Replaces what PostgreSQL's text can't hold, U+0000 and bytes that are not UTF-8, by U+FFFD.
/// True when something was replaced.
bool clean(std::string& text);
/// Nothing in it would be replaced.
bool is_clean(const std::string& text);

/// Keeps at most `most` bytes of a clean text, and no half of a character at the end.
void cut(std::string& text, std::size_t most);

/// "2026-01-31T12:00:00.123456789Z": always the same width, so that text order is time order. Empty
/// for `never`.
std::string iso_time(timestamp when);

/// A JSON object of strings, keys in order: equal maps give equal text.
std::string json_object(const key_values& values);

/// A JSON array of strings, in their order.
std::string json_array(const std::vector<std::string>& texts);

std::string hex(std::uint64_t value);

/// FNV-1a: the same on every machine, and no more than a checksum.
std::uint64_t hash_of(std::string_view text);

} // namespace volumeviz::persistence
