#include "http/change_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string_view>

namespace volumeviz::http {

namespace {

/// A quoted text with its escapes.
std::string quoted(const std::string& text) {
  return boost::json::serialize(boost::json::string_view{text});
}

/// The column's text as it is, if it is an object: another client of the database may have written
/// something else.
std::string object_or_null(const std::string& text) {
  boost::system::error_code error;
  boost::json::parse(text, error);
  return error || !text.starts_with('{') ? "null" : text;
}

} // namespace

std::string change_json(const persistence::change_row& change) {
  std::string text = "{\"id\":" + std::to_string(change.id);
  const auto add = [&](std::string_view name, const std::string& value) {
    text.append(",\"").append(name).append("\":").append(value);
  };
  const auto or_null = [](const std::string& value) {
    return value.empty() ? std::string{"null"} : quoted(value);
  };
  add("host", quoted(change.host));
  add("kind", quoted(change.kind));
  add("operation", quoted(change.operation));
  add("volume_id", or_null(change.volume_id));
  add("container_id", or_null(change.container_id));
  add("mount_path", or_null(change.mount_path));
  add("name", quoted(change.name));
  add("image", or_null(change.image));
  add("at", or_null(change.at));
  add("not_before", or_null(change.not_before));
  add("source", quoted(change.source));
  add("old", object_or_null(change.old_row));
  add("new", object_or_null(change.new_row));
  add("recorded_at", or_null(change.recorded_at));
  return text + "}";
}

std::string change_page_json(const persistence::change_page& page) {
  std::string text = "{\"items\":[";
  for (const auto& change : page.items)
    text.append(&change == page.items.data() ? "" : ",").append(change_json(change));
  return text + "],\"next\":" + (page.next ? quoted(std::to_string(*page.next)) : "null") + "}";
}

std::string history_json(const std::string& begins_at) {
  return "{\"begins_at\":" + (begins_at.empty() ? "null" : quoted(begins_at)) + "}";
}

} // namespace volumeviz::http
