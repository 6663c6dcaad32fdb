#include "http/row_json.hpp"

#include "text/iso_time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace volumeviz::http {

namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// An empty object when the column does not hold one: the row is still useful.
json::object object_of(const std::string& text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object())
    return {};
  return std::move(value.get_object());
}

void describe(json::object& volume, const persistence::volume_usage& x) {
  volume["last_used_at"] = text_or_null(x.last_used_at);
  volume["last_used_by"] = x.container_id.empty()
                               ? json::value(nullptr)
                               : json::value(json::object{{"container_id", x.container_id},
                                                          {"name", x.container_name},
                                                          {"image", x.container_image}});
  volume["orphaned_since"] = text_or_null(x.orphaned_since);
}

json::object to_object(const persistence::volume_row& x) {
  json::array containers;
  for (const auto& by : x.containers)
    containers.push_back(json::object{{"container_id", by.container_id},
                                      {"name", by.container_name},
                                      {"state", by.container_state},
                                      {"mount_path", by.mount_path},
                                      {"access_mode", by.access_mode}});
  json::object row{{"host", x.host},
                   {"volume_id", x.volume_id},
                   {"name", x.name},
                   {"driver", x.driver},
                   {"mountpoint", x.mountpoint},
                   {"labels", object_of(x.labels)},
                   {"options", object_of(x.options)},
                   {"scope", x.scope},
                   {"status", x.status},
                   {"is_active", x.is_active},
                   {"created_at", text_or_null(x.created_at)},
                   {"updated_at", text_or_null(x.updated_at)},
                   {"containers", std::move(containers)}};
  if (x.usage) {
    describe(row, *x.usage);
    row["project"] = text_or_null(x.project);
  }
  return row;
}

/// The volumes that a container mounts: rows of two types have the same fields for it.
template <class Mounts>
json::array mounts_json(const Mounts& mounts) {
  json::array all;
  for (const auto& x : mounts)
    all.push_back(json::object{
        {"volume_id", x.volume_id}, {"mount_path", x.mount_path}, {"access_mode", x.access_mode}});
  return all;
}

json::object to_object(const persistence::container_row& x) {
  json::object row{{"host", x.host},
                   {"container_id", x.container_id},
                   {"name", x.name},
                   {"image", x.image},
                   {"state", x.state},
                   {"status", x.status},
                   {"labels", object_of(x.labels)},
                   {"started_at", text_or_null(x.started_at)},
                   {"finished_at", text_or_null(x.finished_at)},
                   {"is_active", x.is_active},
                   {"created_at", text_or_null(x.created_at)},
                   {"updated_at", text_or_null(x.updated_at)}};
  if (x.mounts)
    row["mounts"] = mounts_json(*x.mounts);
  return row;
}

json::object to_object(const persistence::mount_row& x) {
  return {{"host", x.host},
          {"volume_id", x.volume_id},
          {"container_id", x.container_id},
          {"mount_path", x.mount_path},
          {"access_mode", x.access_mode},
          {"is_active", x.is_active},
          {"created_at", text_or_null(x.created_at)},
          {"updated_at", text_or_null(x.updated_at)}};
}

json::object to_object(const persistence::host_row& x) {
  return {{"host", x.host},
          {"engine_id", x.engine_id},
          {"engine_version", x.engine_version},
          {"first_seen_at", text_or_null(x.first_seen_at)},
          {"last_seen_at", text_or_null(x.last_seen_at)},
          {"verified_at", text_or_null(x.verified_at)}};
}

json::value time_or_null(timestamp at) {
  return text_or_null(text::iso_time(at));
}

/// Adds what the hub knows of this host to its row; `known` is null when that is nothing.
void describe(json::object& row, const host_report* known, timestamp now) {
  static const host_report nothing{};
  const auto& x = known != nullptr ? *known : nothing;
  row["status"] = x.connected ? "connected" : "away";
  row["since"] = time_or_null(x.since);
  row["away_because"] = known == nullptr
                            ? json::value("it has not reported since this hub was started")
                            : text_or_null(x.connected ? std::string{} : x.away_reason);
  // Clocks of two machines may disagree: a lag is never negative.
  row["lag_seconds"] =
      x.verified_at == never
          ? json::value(nullptr)
          : json::value(std::max<timestamp>(now - x.verified_at, 0) / nanos_per_second);
  row["agent_version"] = text_or_null(x.program_version);
  row["last_heard_at"] = time_or_null(x.last_heard);
  const bool speaks = x.connected && x.last_heard != never;
  row["agent_status"] = speaks ? json::value(to_string(x.status)) : json::value(nullptr);
  row["stream_connected"] = speaks ? json::value(x.stream_connected) : json::value(nullptr);
  row["queue_size"] = speaks ? json::value(x.queue_size) : json::value(nullptr);
  row["reasons"] = speaks ? json::array(x.reasons.begin(), x.reasons.end()) : json::array{};
}

template <class Row, class Object>
std::string serialize(const persistence::page<Row>& page, Object object) {
  json::array items;
  items.reserve(page.items.size());
  for (const auto& row : page.items)
    items.push_back(object(row));
  json::object answer{{"items", std::move(items)}, {"next", text_or_null(page.next)}};
  if (page.total)
    answer["total"] = *page.total;
  return json::serialize(answer);
}

template <class Row>
std::string serialize(const persistence::page<Row>& page) {
  return serialize(page, [](const Row& row) { return to_object(row); });
}

} // namespace

std::string row_json(const persistence::volume_row& row) {
  return json::serialize(to_object(row));
}

std::string row_json(const persistence::container_row& row,
                     const std::vector<persistence::mount_row>& mounts) {
  auto object = to_object(row);
  object["mounts"] = mounts_json(mounts);
  return json::serialize(object);
}

std::string page_json(const persistence::page<persistence::volume_row>& page) {
  return serialize(page);
}

std::string page_json(const persistence::page<persistence::container_row>& page) {
  return serialize(page);
}

std::string page_json(const persistence::page<persistence::mount_row>& page) {
  return serialize(page);
}

std::string page_json(const persistence::page<persistence::host_row>& page) {
  return serialize(page);
}

std::string page_json(const persistence::page<persistence::host_row>& page,
                      const std::vector<host_report>& fleet, timestamp now) {
  return serialize(page, [&](const persistence::host_row& row) {
    const auto known = std::ranges::find(fleet, row.host, &host_report::host);
    auto object = to_object(row);
    describe(object, known == fleet.end() ? nullptr : &*known, now);
    return object;
  });
}

} // namespace volumeviz::http
