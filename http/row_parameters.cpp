#include "http/parameter_values.hpp"

#include <initializer_list>

namespace volumeviz::http {

namespace {

std::vector<std::string_view> known_names(listed_rows what) {
  std::vector<std::string_view> known{"limit", "cursor", "host"};
  const auto add = [&](std::initializer_list<std::string_view> names) {
    known.insert(known.end(), names);
  };
  if (what != listed_rows::hosts)
    add({"at"});
  if (what == listed_rows::volumes || what == listed_rows::containers)
    add({"sort", "order", "count", "search", "label", "label_key", "project"});
  if (what == listed_rows::volumes)
    add({"orphaned", "driver", "use", "never_used", "last_used_before"});
  if (what == listed_rows::containers)
    add({"state", "mounts"});
  return known;
}

result<void> read_order(const parameters& given, listed_rows what, persistence::query& to) {
  const auto sorts =
      what == listed_rows::volumes ? persistence::volume_sorts() : persistence::container_sorts();
  if (auto read = read_word(given, "sort", sorts, to.sort); !read)
    return read;
  std::string order = "asc";
  if (auto read = read_word(given, "order", {"asc", "desc"}, order); !read)
    return read;
  to.descending = order == "desc";
  return {};
}

result<void> read_use(const parameters& given, persistence::query& to) {
  std::string use;
  if (auto read = read_word(given, "use", {"in_use", "stopped", "orphaned"}, use); !read)
    return read;
  if (use == "in_use")
    to.use = persistence::volume_use::in_use;
  else if (use == "stopped")
    to.use = persistence::volume_use::stopped;
  else if (use == "orphaned")
    to.orphaned = true;
  return {};
}

result<void> read_label(const parameters& given, persistence::query& to) {
  const auto text = value_of(given, "label");
  if (!text)
    return {};
  const auto at = text->find('=');
  if (at == std::string::npos || at == 0)
    return refuse("'label' must be KEY=VALUE");
  to.label.emplace(text->substr(0, at), text->substr(at + 1));
  return {};
}

} // namespace

result<persistence::query> parse_query(const parameters& given, listed_rows what) {
  if (auto names = check_names(given, known_names(what)); !names)
    return tl::unexpected{names.error()};
  const auto value = [&](const std::string& name) { return value_of(given, name).value_or(""); };
  persistence::query asked{.cursor = value("cursor"),
                           .host = value("host"),
                           .driver = value("driver"),
                           .label_key = value("label_key"),
                           .project = value("project"),
                           .search = value("search"),
                           .state = value("state")};
  // The names that this list does not have are not given: check_names() has refused them.
  for (const auto& read :
       {read_limit(given, asked.limit), read_order(given, what, asked), read_label(given, asked),
        read_truth(given, "orphaned", asked.orphaned), read_use(given, asked),
        read_truth(given, "never_used", asked.never_used),
        read_moment(given, "last_used_before", asked.last_used_before),
        read_truth(given, "count", asked.counted), read_truth(given, "mounts", asked.with_mounts),
        read_moment(given, "at", asked.at)})
    if (!read)
      return tl::unexpected{read.error()};
  return asked;
}

} // namespace volumeviz::http
