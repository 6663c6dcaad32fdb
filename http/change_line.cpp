#include "http/change_line.hpp"

#include "text/iso_time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <ctime>
#include <optional>

namespace volumeviz::http {

namespace {

namespace json = boost::json;

/// Control characters would move the cursor of a terminal, or do worse.
std::string visible(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1 =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    shown += byte < 0x20 || byte == 0x7f || is_c1 ? '?' : text[i];
    i += is_c1 ? 1 : 0;
  }
  return shown;
}

/// An empty object when the text does not hold one.
json::object parsed(std::string_view text) {
  boost::system::error_code error;
  auto value = json::parse(json::string_view{text}, error);
  return !error && value.is_object() ? std::move(value.get_object()) : json::object{};
}

json::object object_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_object() ? found->get_object() : json::object{};
}

std::string text_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? visible(std::string_view{found->get_string()})
                                                : std::string{};
}

/// "10:31:02"; empty for no time.
std::string clock_of(const std::string& iso) {
  const auto at = text::parse_iso_time(iso);
  if (!at || *at == never)
    return {};
  const auto seconds = static_cast<std::time_t>(*at / nanos_per_second);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  std::array<char, 16> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M:%S", &local)};
}

/// The columns that an update has changed.
std::string changed_columns(const json::object& now) {
  std::string names;
  for (const auto& [name, value] : now)
    if (name != "updated_at")
      names.append(names.empty() ? "" : ", ").append(visible(std::string_view{name}));
  return names.empty() ? "nothing that is shown" : names;
}

/// A sentence in three parts: what, the verb that is coloured, and the rest.
struct sentence {
  std::string what, verb, rest;
};

sentence about_volume(const json::object& change, const std::string& operation) {
  const auto now = object_in(change, "new");
  const auto what = "volume " + text_in(change, "name");
  if (operation == "remove")
    return {what, "removed", {}};
  if (operation == "update")
    return {what, "changed", ": " + changed_columns(now)};
  const auto driver = text_in(now, "driver");
  return {what, "created", driver.empty() || driver == "local" ? "" : " (" + driver + ")"};
}

sentence about_state(const std::string& what, const json::object& old, const json::object& now) {
  const auto state = text_in(now, "state");
  const auto status = text_in(now, "status");
  if (state == "running")
    return {what, text_in(old, "state") == "paused" ? "resumed" : "started", {}};
  if (state == "exited")
    return {what, "stopped", status.empty() ? "" : ": " + status};
  return {what, "is " + state, {}};
}

sentence about_container(const json::object& change, const std::string& operation) {
  const auto now = object_in(change, "new"), old = object_in(change, "old");
  const auto what = "container " + text_in(change, "name");
  if (operation == "remove")
    return {what, "removed", {}};
  if (operation == "create") {
    const auto state = text_in(now, "state");
    return {what, "created",
            " from " + text_in(change, "image")
                + (state.empty() || state == "created" ? "" : ", " + state)};
  }
  if (now.contains("state"))
    return about_state(what, old, now);
  if (now.contains("name"))
    return {what, "renamed", " from " + text_in(old, "name")};
  return {what, "changed", ": " + changed_columns(now)};
}

sentence about_mount(const json::object& change, const std::string& operation) {
  const auto now = object_in(change, "new");
  const auto what = "volume " + text_in(change, "volume_id");
  auto container = text_in(change, "name");
  if (container.empty())
    container = text_in(change, "container_id").substr(0, 12);
  const auto path = text_in(change, "mount_path");
  if (operation == "create")
    return {what, "attached",
            " to " + container + " at " + path + " (" + text_in(now, "access_mode") + ")"};
  if (operation == "remove")
    return {what, "detached", " from " + container + " at " + path};
  const auto where = " in " + container + " at " + path;
  if (now.contains("access_mode"))
    return {what, "now " + text_in(now, "access_mode"), where};
  return {what, "changed", where + ": " + changed_columns(now)};
}

/// What a list told happened at some time since `not_before`.
std::string interval(const json::object& change) {
  if (text_in(change, "source") != "reconciliation")
    return {};
  const auto from = text_in(change, "not_before");
  if (from.empty())
    return " (found by a list)";
  return from == text_in(change, "at") ? "" : " (some time since " + clock_of(from) + ")";
}

} // namespace

std::string change_line(std::string_view text, bool colours) {
  const auto change = parsed(text);
  const auto kind = text_in(change, "kind"), operation = text_in(change, "operation");
  auto told = kind == "volume"      ? about_volume(change, operation)
              : kind == "container" ? about_container(change, operation)
                                    : about_mount(change, operation);
  if (colours) {
    const char* colour = operation == "create" ? "32" : operation == "remove" ? "31" : "33";
    told.verb = std::string{"\x1b["} + colour + "m" + told.verb + "\x1b[0m";
  }
  return clock_of(text_in(change, "at")) + " " + text_in(change, "host") + "  " + told.what + " "
         + told.verb + told.rest + interval(change);
}

std::string health_line(std::string_view text) {
  const auto health = parsed(text);
  std::string reasons;
  for (const auto& [name, value] : object_in(health, "checks")) {
    const auto* all = value.is_object() ? value.get_object().if_contains("reasons") : nullptr;
    if (all == nullptr || !all->is_array())
      continue;
    for (const auto& reason : all->get_array())
      if (reason.is_string())
        reasons.append(reasons.empty() ? "" : "; ")
            .append(visible(std::string_view{name}) + ": "
                    + visible(std::string_view{reason.get_string()}));
  }
  return text_in(health, "status") + (reasons.empty() ? "" : " (" + reasons + ")");
}

std::string reset_line(std::string_view text) {
  return text_in(parsed(text), "reason");
}

} // namespace volumeviz::http
