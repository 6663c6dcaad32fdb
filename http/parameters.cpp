#include "http/parameters.hpp"

#include "text/iso_time.hpp"
#include "text/percent.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

namespace volumeviz::http {

namespace {

tl::unexpected<failure> refuse(std::string sentence) {
  return fail(ec::bad_request, std::move(sentence));
}

/// Each name must be known and occur once, and each value must be valid UTF-8.
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

result<timestamp> parse_moment(std::string text) {
  if (const auto at = unix_time(text))
    return *at;
  // In a query a plus sign is a blank: that of an offset was rarely meant to be one.
  if (text.size() > 6 && text[text.size() - 6] == ' ')
    text[text.size() - 6] = '+';
  if (const auto at = text::parse_iso_time(text); at && *at != never)
    return *at;
  return refuse("'at' must be a time in ISO 8601 with seconds and zone, as in "
                "2026-11-28T10:00:00Z, or Unix seconds");
}

} // namespace

parameters parse_parameters(std::string_view query) {
  parameters result;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty())
      continue;
    const auto name = pair.substr(0, pair.find('='));
    const auto value = pair.substr(std::min(pair.size(), name.size() + 1));
    result.emplace(text::query_decode(name), text::query_decode(value));
  }
  return result;
}

result<persistence::query> parse_query(const parameters& given, listed_rows what) {
  std::vector<std::string_view> known{"limit", "cursor", "host"};
  if (what != listed_rows::hosts)
    known.emplace_back("at");
  if (what == listed_rows::volumes)
    known.insert(known.end(), {"orphaned", "driver", "label"});
  if (auto names = check_names(given, known); !names)
    return tl::unexpected{names.error()};

  persistence::query result;
  if (auto limit = read_limit(given, result.limit); !limit)
    return tl::unexpected{limit.error()};
  result.cursor = value_of(given, "cursor").value_or("");
  result.host = value_of(given, "host").value_or("");
  result.driver = value_of(given, "driver").value_or("");
  if (auto text = value_of(given, "orphaned")) {
    if (*text != "true" && *text != "false")
      return refuse("'orphaned' must be true or false");
    result.orphaned = *text == "true";
  }
  if (auto text = value_of(given, "label")) {
    auto at = text->find('=');
    if (at == std::string::npos || at == 0)
      return refuse("'label' must be KEY=VALUE");
    result.label.emplace(text->substr(0, at), text->substr(at + 1));
  }
  if (auto text = value_of(given, "at")) {
    auto moment = parse_moment(*text);
    if (!moment)
      return tl::unexpected{moment.error()};
    result.at = *moment;
  }
  return result;
}

result<persistence::change_filter> parse_change_filter(const parameters& given,
                                                       std::vector<std::string_view> others) {
  std::vector<std::string_view> known{"host", "kind", "operation", "volume", "container", "source"};
  known.insert(known.end(), others.begin(), others.end());
  if (auto names = check_names(given, known); !names)
    return tl::unexpected{names.error()};
  const auto value = [&](const std::string& name) { return value_of(given, name).value_or(""); };
  persistence::change_filter which{value("host"),   value("kind"),      value("operation"),
                                   value("volume"), value("container"), value("source")};
  if (auto why = persistence::unknown_word(which))
    return tl::unexpected{std::move(*why)};
  return which;
}

result<std::int64_t> parse_change_cursor(const std::string& text, const std::string& name) {
  std::int64_t id = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc{} || rest != end || id < 0)
    return refuse("'" + name
                  + "' must be a cursor: take it from `next` or from the `id` of a "
                    "change, unchanged");
  return id;
}

result<persistence::change_query> parse_change_query(const parameters& given) {
  auto which = parse_change_filter(given, {"after", "before", "order", "limit"});
  if (!which)
    return tl::unexpected{which.error()};
  persistence::change_query result{.which = std::move(*which)};
  if (auto limit = read_limit(given, result.limit); !limit)
    return tl::unexpected{limit.error()};
  for (const auto& [name, cursor] :
       {std::pair{"after", &result.after}, std::pair{"before", &result.before}}) {
    const auto text = value_of(given, name);
    if (!text)
      continue;
    auto id = parse_change_cursor(*text, name);
    if (!id)
      return tl::unexpected{id.error()};
    *cursor = *id;
  }
  const auto order = value_of(given, "order").value_or("desc");
  if (order != "asc" && order != "desc")
    return refuse("'order' must be asc (oldest first) or desc (newest first)");
  result.ascending = order == "asc";
  return result;
}

result<reconcile_scope> parse_scope(const parameters& given) {
  if (auto names = check_names(given, {"type"}); !names)
    return tl::unexpected{names.error()};
  const auto text = value_of(given, "type").value_or("full");
  for (auto scope : {reconcile_scope::full, reconcile_scope::volumes, reconcile_scope::containers})
    if (text == to_string(scope))
      return scope;
  return refuse("'type' must be full, volumes or containers");
}

} // namespace volumeviz::http
