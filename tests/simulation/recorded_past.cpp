#include "tests/simulation/recorded_past.hpp"

#include "text/iso_time.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <ranges>
#include <set>
#include <tuple>
#include <utility>

namespace volumeviz::simulation {

namespace {

using boost::json::object;
using boost::json::value;

constexpr int rows_most = 1000;

object object_in(const std::string& text) {
  return text.empty() ? object{} : boost::json::parse(text).as_object();
}

value time_or_null(const std::string& iso) {
  return iso.empty() ? value{} : value(boost::json::string{iso});
}

std::string text_of(const object& row, const char* column) {
  const auto* found = row.if_contains(column);
  return found != nullptr && found->is_string() ? std::string{std::string_view{found->get_string()}}
                                                : std::string{};
}

// As the triggers write the rows.
object as_recorded(const persistence::volume_row& x) {
  return {{"host", x.host},
          {"volume_id", x.volume_id},
          {"name", x.name},
          {"driver", x.driver},
          {"mountpoint", x.mountpoint},
          {"labels", object_in(x.labels)},
          {"options", object_in(x.options)},
          {"scope", x.scope},
          {"status", x.status},
          {"is_active", x.is_active},
          {"created_at", time_or_null(x.created_at)},
          {"updated_at", time_or_null(x.updated_at)}};
}

object as_recorded(const persistence::container_row& x) {
  return {{"host", x.host},
          {"container_id", x.container_id},
          {"name", x.name},
          {"image", x.image},
          {"state", x.state},
          {"status", x.status},
          {"labels", object_in(x.labels)},
          {"started_at", time_or_null(x.started_at)},
          {"finished_at", time_or_null(x.finished_at)},
          {"is_active", x.is_active},
          {"created_at", time_or_null(x.created_at)},
          {"updated_at", time_or_null(x.updated_at)}};
}

object as_recorded(const persistence::mount_row& x) {
  return {{"host", x.host},
          {"volume_id", x.volume_id},
          {"container_id", x.container_id},
          {"mount_path", x.mount_path},
          {"access_mode", x.access_mode},
          {"is_active", x.is_active},
          {"created_at", time_or_null(x.created_at)},
          {"updated_at", time_or_null(x.updated_at)}};
}

row_key key_of(const persistence::volume_row& x) {
  return {"volume", x.volume_id, {}, {}};
}
row_key key_of(const persistence::container_row& x) {
  return {"container", {}, x.container_id, {}};
}
row_key key_of(const persistence::mount_row& x) {
  return {"mount", x.volume_id, x.container_id, x.mount_path};
}

using user = std::tuple<std::string, std::string, std::string, std::string, std::string>;

/// The containers that had the volume mounted, as its answer shows them: those that were known
/// then.
std::set<user> users_then(const recorded_past& of, const std::string& volume, timestamp moment) {
  std::set<user> users;
  for (const auto& [key, versions] : of.all()) {
    if (key.kind != "mount" || key.volume != volume)
      continue;
    const auto* mount = of.version_at(key, moment);
    const auto* container = of.version_at({"container", {}, key.container, {}}, moment);
    if (mount != nullptr && container != nullptr)
      users.emplace(key.container, text_of(*container->row, "name"),
                    text_of(*container->row, "state"), key.path,
                    text_of(*mount->row, "access_mode"));
  }
  return users;
}

} // namespace

std::string describe(const row_key& x) {
  std::string text = x.kind;
  for (const auto& part : {x.container, x.volume, x.path})
    text += part.empty() ? "" : ' ' + part;
  return text;
}

row_key key_of(const persistence::change_row& x) {
  return {x.kind, x.volume_id, x.container_id, x.mount_path};
}

timestamp time_in(const std::string& iso) {
  return iso.empty() ? never : text::parse_iso_time(iso).value_or(never);
}

const row_version& recorded_past::add(const persistence::change_row& change,
                                      nanoseconds committed) {
  auto& versions = versions_[key_of(change)];
  row_version next{.id = change.id,
                   .at = time_in(change.at),
                   .not_before = time_in(change.not_before),
                   .source = change.source,
                   .row = {},
                   .committed = committed};
  if (change.operation != "remove") {
    next.row = versions.empty() || !versions.back().row ? object{} : *versions.back().row;
    for (const auto& column : object_in(change.new_row))
      next.row->insert_or_assign(column.key(), column.value());
  }
  versions.push_back(std::move(next));
  return versions.back();
}

const std::vector<row_version>& recorded_past::versions_of(const row_key& key) const {
  static const std::vector<row_version> none;
  const auto found = versions_.find(key);
  return found == versions_.end() ? none : found->second;
}

const row_version* recorded_past::last_change(const row_key& key, timestamp moment) const {
  for (const auto& x : std::views::reverse(versions_of(key)))
    if (x.at <= moment)
      return &x;
  return nullptr;
}

const row_version* recorded_past::version_at(const row_key& key, timestamp moment) const {
  const auto* last = last_change(key, moment);
  return last != nullptr && last->row ? last : nullptr;
}

std::optional<std::string> recorded_past::difference(persistence::inventory& from, timestamp moment,
                                                     timestamp asked) const {
  const auto when = "as of " + text::iso_time(moment) + " ";
  const persistence::query what{.limit = rows_most, .host = "h", .at = asked};
  std::set<row_key> there;
  const auto compare = [&](const auto& page) -> std::optional<std::string> {
    if (!page)
      return when + "there is no answer: " + page.error().text;
    for (const auto& row : page->items) {
      const auto key = key_of(row);
      const auto* known = version_at(key, moment);
      there.insert(key);
      if (known == nullptr)
        return when + "there is a row that was not: " + describe(key);
      if (*known->row != as_recorded(row))
        return when + "the row is another one: " + serialize(as_recorded(row)) + ", not "
               + serialize(*known->row);
    }
    return std::nullopt;
  };
  const auto volumes = from.volumes(what);
  if (auto wrong = compare(volumes))
    return wrong;
  for (const auto& row : volumes->items) {
    std::set<user> users;
    for (const auto& x : row.containers)
      users.emplace(x.container_id, x.container_name, x.container_state, x.mount_path,
                    x.access_mode);
    if (users != users_then(*this, row.volume_id, moment))
      return when + "volume " + row.volume_id + " has other containers";
  }
  if (auto wrong = compare(from.containers(what)))
    return wrong;
  if (auto wrong = compare(from.mounts(what)))
    return wrong;
  for (const auto& [key, versions] : versions_)
    if (!there.contains(key) && version_at(key, moment) != nullptr)
      return when + "a row is missing: " + describe(key);
  return std::nullopt;
}

} // namespace volumeviz::simulation
