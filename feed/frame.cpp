#include "feed/frame.hpp"

#include <utility>

namespace volumeviz::feed {

namespace {

frame event_frame(std::string_view id, std::string_view event, std::string_view data) {
  std::string text;
  text.reserve(id.size() + event.size() + data.size() + 24);
  if (!id.empty())
    text.append("id: ").append(id).append("\n");
  text.append("event: ").append(event).append("\ndata: ");
  // A line break ends the data. In JSON one is only white space, which another client of the
  // database may have written.
  for (const char c : data)
    text += c == '\n' || c == '\r' ? ' ' : c;
  text += "\n\n";
  return std::make_shared<const std::string>(std::move(text));
}

/// A JSON text in quotes. The reasons are our own sentences, but a quote must not end the text.
std::string quoted(std::string_view sentence) {
  std::string text{"\""};
  for (const char c : sentence) {
    if (c == '"' || c == '\\')
      text += '\\';
    text += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return text += '"';
}

} // namespace

encoded_change tell(persistence::change_row row, std::string_view json) {
  auto text = event_frame(std::to_string(row.id), "change", json);
  row.old_row = {};
  row.new_row = {};
  return {std::move(row), std::move(text)};
}

frame reset_frame(std::string_view reason, std::int64_t cursor) {
  return event_frame(std::to_string(cursor), "reset", "{\"reason\":" + quoted(reason) + "}");
}

frame health_frame(std::string_view json) {
  return event_frame({}, "health", json);
}

frame comment_frame(std::int64_t cursor) {
  return std::make_shared<const std::string>(": alive\nid: " + std::to_string(cursor) + "\n\n");
}

} // namespace volumeviz::feed
