#include "http/row_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace volumeviz::http {

namespace {

namespace json = boost::json;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

/// The columns are written by this program; should one hold something else than an object, a row is
/// still better than no answer.
json::object object_of(const std::string& text) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object())
    return {};
  return std::move(value.get_object());
}

json::object to_object(const persistence::volume_row& x) {
  json::array containers;
  for (const auto& by : x.containers)
    containers.push_back(json::object{{"container_id", by.container_id},
                                      {"name", by.container_name},
                                      {"state", by.container_state},
                                      {"mount_path", by.mount_path},
                                      {"access_mode", by.access_mode}});
  return {{"host", x.host},
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
}

json::object to_object(const persistence::container_row& x) {
  return {{"host", x.host},
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

template <class Row>
std::string serialize(const persistence::page<Row>& page) {
  json::array items;
  items.reserve(page.items.size());
  for (const auto& row : page.items)
    items.push_back(to_object(row));
  return json::serialize(
      json::object{{"items", std::move(items)}, {"next", text_or_null(page.next)}});
}

} // namespace

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

} // namespace volumeviz::http
