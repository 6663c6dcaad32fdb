#include "http/parameter_values.hpp"

#include "text/iso_time.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace volumeviz::http {

namespace {

/// Unix seconds, with or without a fraction: at most 9 digits count.
std::optional<timestamp> unix_time(std::string_view text) {
  const auto point = text.find('.');
  std::int64_t seconds = 0;
  const auto* end = text.data() + std::min(point, text.size());
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  constexpr std::int64_t most = 9'000'000'000; // nanoseconds of the year 2255 fit
  if (error != std::errc{} || rest != end || seconds < 0 || seconds > most)
    return std::nullopt;
  auto at = seconds * nanos_per_second;
  if (point == std::string_view::npos)
    return at;
  const auto fraction = text.substr(point + 1);
  if (fraction.empty() || fraction.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  auto digit = nanos_per_second;
  for (const char c : fraction.substr(0, 9))
    at += (c - '0') * (digit /= 10);
  return at;
}

} // namespace

tl::unexpected<failure> refuse(std::string sentence) {
  return fail(ec::bad_request, std::move(sentence));
}

result<void> check_names(const parameters& given, const std::vector<std::string_view>& known) {
  for (auto it = given.begin(); it != given.end(); ++it) {
    const auto& [name, value] = *it;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string allowed;
      for (auto x : known)
        allowed.append(allowed.empty() ? "" : ", ").append(x);
      return refuse("unknown parameter; allowed are: " + allowed);
    }
    if (given.count(name) > 1)
      return refuse("the parameter '" + name + "' is given more than once");
    if (!text::is_storable(value))
      return refuse("the value of '" + name + "' is not valid UTF-8 text");
  }
  return {};
}

std::optional<std::string> value_of(const parameters& given, const std::string& name) {
  auto it = given.find(name);
  return it == given.end() ? std::nullopt : std::optional{it->second};
}

result<void> read_limit(const parameters& given, int& limit) {
  const auto text = value_of(given, "limit");
  if (!text)
    return {};
  const auto* end = text->data() + text->size();
  auto [rest, error] = std::from_chars(text->data(), end, limit);
  if (error != std::errc{} || rest != end || limit < 1 || limit > 1000)
    return refuse("'limit' must be a whole number from 1 to 1000");
  return {};
}

result<void> read_truth(const parameters& given, const std::string& name, bool& to) {
  const auto text = value_of(given, name);
  if (!text)
    return {};
  if (*text != "true" && *text != "false")
    return refuse("'" + name + "' must be true or false");
  to = *text == "true";
  return {};
}

result<void> read_moment(const parameters& given, const std::string& name,
                         std::optional<timestamp>& to) {
  auto text = value_of(given, name);
  if (!text)
    return {};
  to = unix_time(*text);
  if (to)
    return {};
  // In a query a plus sign is a blank: that of an offset was rarely meant to be one.
  if (text->size() > 6 && (*text)[text->size() - 6] == ' ')
    (*text)[text->size() - 6] = '+';
  if (const auto at = text::parse_iso_time(*text); at && *at != never) {
    to = *at;
    return {};
  }
  return refuse("'" + name
                + "' must be a time in ISO 8601 with seconds and zone, as in "
                  "2026-11-28T10:00:00Z, or Unix seconds");
}

result<void> read_word(const parameters& given, const std::string& name,
                       const std::vector<std::string_view>& allowed, std::string& to) {
  auto text = value_of(given, name);
  if (!text)
    return {};
  if (std::ranges::find(allowed, *text) == allowed.end()) {
    std::string words;
    for (const auto word : allowed)
      words.append(words.empty() ? "" : ", ").append(word);
    return refuse("'" + name + "' must be one of: " + words);
  }
  to = std::move(*text);
  return {};
}

} // namespace volumeviz::http
