#include "docker/event_json.hpp"

#include "docker/broken_text.hpp"

#include <boost/json.hpp>

#include <array>
#include <optional>

namespace volumeviz::docker {

namespace json = boost::json;

namespace {

failure damaged(const std::string& why, std::string_view line) {
  // Enough to recognise the line, and too little to show labels, which may hold secrets.
  constexpr std::size_t shown = 60;
  std::string start;
  for (char c : line.substr(0, shown))
    start += c < 0x20 || c > 0x7e ? '?' : c;
  return {ec::docker_malformed, "a line of the event stream is not a valid event (" + why
                                    + "): " + start + (line.size() > shown ? "..." : "")};
}

std::string_view text(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  const auto* string = found ? found->if_string() : nullptr;
  return string ? std::string_view{*string} : std::string_view{};
}

const json::object* object(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found ? found->if_object() : nullptr;
}

std::string_view identity(const json::object& event, resource_kind kind) {
  const auto* actor = object(event, "Actor");
  if (!actor)
    return {};
  const auto id = text(*actor, "ID");
  if (!id.empty() || kind == resource_kind::container)
    return id;
  const auto* attributes = object(*actor, "Attributes");
  return attributes ? text(*attributes, "name") : std::string_view{};
}

event_line read_event(const json::value& value, std::string_view line) {
  const auto* event = value.if_object();
  if (!event)
    return damaged("not an object", line);
  const auto type = text(*event, "Type");
  const auto action = text(*event, "Action");
  if (type.empty() || action.empty())
    return damaged("Type or Action is missing", line);
  boost::system::error_code bad;
  const auto* nanos = event->if_contains("timeNano");
  const auto time = nanos ? nanos->to_number<std::int64_t>(bad) : 0;
  if (type != "volume" && type != "container")
    return ignored_event{bad ? never : time};
  const auto kind = type == "volume" ? resource_kind::volume : resource_kind::container;
  const auto* meaning = meaning_of(kind, action);
  if (!meaning)
    return ignored_event{bad ? never : time};
  if (!nanos || bad)
    return damaged("timeNano is missing or not a number", line);
  docker_event out{.kind = kind, .action = std::string{meaning->action}, .id = {}, .time = time};
  if (meaning->whole_kind)
    return out;
  out.id = identity(*event, kind);
  if (out.id.empty())
    return damaged("it does not say which " + std::string{to_string(kind)}, line);
  return out;
}

} // namespace

struct event_parser::buffers {
  std::array<unsigned char, 4096> scratch;
  std::array<unsigned char, 16384> values;
  std::optional<json::parser> parser;
};

event_parser::event_parser() : buffers_{std::make_unique<buffers>()} {
  buffers_->parser.emplace(json::storage_ptr{}, json::parse_options{}, buffers_->scratch.data(),
                           buffers_->scratch.size());
}

event_parser::~event_parser() = default;

event_line event_parser::parse(std::string_view line) {
  try {
    // The usual event needs no allocation. What does not fit is on the heap until `memory` ends.
    json::monotonic_resource memory{buffers_->values.data(), buffers_->values.size()};
    auto& parser = *buffers_->parser;
    parser.reset(&memory);
    boost::system::error_code error;
    parser.write(line.data(), line.size(), error);
    if (!error)
      return read_event(parser.release(), line);
    // Labels may hold any bytes, and this program does not use the labels of an event.
    const auto repaired = mark_broken_text(line);
    parser.reset(&memory);
    if (repaired)
      parser.write(repaired->data(), repaired->size(), error);
    if (!repaired || error) {
      parser.reset();
      return damaged(error.message(), line);
    }
    auto value = parser.release();
    drop_broken_text(value);
    return read_event(value, line);
  } catch (const std::exception& e) {
    return damaged(e.what(), line);
  }
}

} // namespace volumeviz::docker
