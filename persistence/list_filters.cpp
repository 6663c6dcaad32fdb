#include "persistence/list_filters.hpp"

#include "persistence/volume_users.hpp"
#include "text/ascii.hpp"

#include <string>

namespace volumeviz::persistence {

namespace {

/// Whether a column has the text in it, ASCII letters in either case.
std::string has_part(dialect kind, const std::string& column, const std::string& place) {
  return kind == dialect::sqlite ? "instr(lower(" + column + "), " + place + ") > 0"
                                 : "strpos(lower(" + column + " COLLATE \"C\"), " + place + ") > 0";
}

std::string begins_with(dialect kind, const std::string& column, const std::string& place) {
  return (kind == dialect::sqlite ? "instr(" : "strpos(") + column + ", " + place + ") = 1";
}

void restrict_labels(row_filter& filter, const query& what) {
  if (what.label)
    filter.has_label(*what.label);
  if (!what.label_key.empty())
    filter.has_label_key(what.label_key);
}

const std::string is_mounted =
    "EXISTS (SELECT 1 FROM volume_mounts m WHERE m.host = t.host AND m.volume_id = t.volume_id)";

void restrict_use(row_filter& filter, dialect kind, const query& what) {
  const std::string recorded = "SELECT 1 FROM volume_usage u WHERE u.host = t.host AND "
                               "u.volume_id = t.volume_id AND u.last_used_at ";
  if (what.use == volume_use::in_use)
    filter.add(is_in_use(kind));
  else if (what.use == volume_use::stopped || what.never_used || what.last_used_before)
    filter.add("NOT " + is_in_use(kind));
  if (what.use == volume_use::stopped)
    filter.add(is_mounted);
  if (what.never_used)
    filter.add("NOT EXISTS (" + recorded + "IS NOT NULL)");
  if (what.last_used_before)
    filter.add("EXISTS (" + recorded + "< " + time_literal(kind, *what.last_used_before) + ")");
}

} // namespace

std::optional<failure> refused_as_of(const listed_table& table, const query& what) {
  if (!what.at)
    return std::nullopt;
  const char* name = nullptr;
  if (&table == &volumes_table && !what.project.empty())
    name = "project";
  else if (what.use != volume_use::any)
    name = "use";
  else if (what.never_used)
    name = "never_used";
  else if (what.last_used_before)
    name = "last_used_before";
  else if (what.with_mounts)
    name = "mounts";
  if (name == nullptr)
    return std::nullopt;
  return failure{ec::bad_request, "as of a moment ('at') there is no '" + std::string{name}
                                      + "', which needs today's mounts: leave one of them out"};
}

void restrict_volumes(row_filter& filter, dialect kind, const query& what, const rows_as_of* then) {
  filter.equals("volume_id", what.volume);
  filter.equals("driver", what.driver);
  restrict_labels(filter, what);
  if (!what.search.empty())
    filter.add(has_part(kind, "t.name", filter.bound(text::lower(what.search))));
  if (what.orphaned)
    filter.add(then != nullptr ? then->is_orphaned() : "NOT " + is_mounted);
  if (!what.project.empty())
    filter.add(project_of_volume(kind) + " = " + filter.bound(what.project));
  restrict_use(filter, kind, what);
}

void restrict_containers(row_filter& filter, dialect kind, const query& what) {
  filter.container(what.container);
  filter.equals("state", what.state);
  restrict_labels(filter, what);
  if (!what.project.empty())
    filter.add(project_by_labels(kind, "t") + " = " + filter.bound(what.project));
  if (!what.search.empty()) {
    const auto place = filter.bound(text::lower(what.search));
    filter.add("(" + has_part(kind, "t.name", place) + " OR " + has_part(kind, "t.image", place)
               + " OR " + begins_with(kind, "t.container_id", place) + ")");
  }
}

} // namespace volumeviz::persistence
