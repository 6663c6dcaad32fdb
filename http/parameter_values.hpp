#pragma once

#include "http/parameters.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How the values of parameters are read, shared by the parsers of http/parameters.hpp.

namespace volumeviz::http {

tl::unexpected<failure> refuse(std::string sentence);

/// Each name must be known and occur once, and each value must be valid UTF-8.
result<void> check_names(const parameters& given, const std::vector<std::string_view>& known);

std::optional<std::string> value_of(const parameters& given, const std::string& name);

/// ?limit=; leaves `limit` as it is when it is not given.
result<void> read_limit(const parameters& given, int& limit);
/// A parameter that is true or false; leaves `to` as it is when it is not given.
result<void> read_truth(const parameters& given, const std::string& name, bool& to);
/// A time in ISO 8601, or Unix seconds.
result<void> read_moment(const parameters& given, const std::string& name,
                         std::optional<timestamp>& to);
/// One of these words.
result<void> read_word(const parameters& given, const std::string& name,
                       const std::vector<std::string_view>& allowed, std::string& to);

} // namespace volumeviz::http
