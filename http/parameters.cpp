#include "http/parameters.hpp"

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

result<persistence::query> parse_query(const parameters& given, bool of_volumes) {
  std::vector<std::string_view> known{"limit", "cursor", "host"};
  if (of_volumes)
    known.insert(known.end(), {"orphaned", "driver", "label"});
  if (auto names = check_names(given, known); !names)
    return tl::unexpected{names.error()};

  persistence::query result;
  if (auto text = value_of(given, "limit")) {
    const auto* end = text->data() + text->size();
    auto [rest, error] = std::from_chars(text->data(), end, result.limit);
    if (error != std::errc{} || rest != end || result.limit < 1 || result.limit > 1000)
      return refuse("'limit' must be a whole number from 1 to 1000");
  }
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
