#include "http/parameters.hpp"

#include "http/parameter_values.hpp"
#include "text/percent.hpp"

#include <algorithm>
#include <charconv>

namespace volumeviz::http {

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

result<std::string> parse_history_host(const parameters& given) {
  if (auto names = check_names(given, {"host"}); !names)
    return tl::unexpected{names.error()};
  return value_of(given, "host").value_or("");
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
