#include "docker/requests.hpp"

#include "docker/times.hpp"
#include "messages/docker_event.hpp"
#include "text/percent.hpp"

#include <charconv>
#include <optional>
#include <set>
#include <utility>

namespace volumeviz::docker {

namespace {

std::optional<std::pair<int, int>> parse_version(std::string_view text) {
  std::pair<int, int> out;
  const char* const end = text.data() + text.size();
  auto major = std::from_chars(text.data(), end, out.first);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.')
    return std::nullopt;
  auto minor = std::from_chars(major.ptr + 1, end, out.second);
  if (minor.ec != std::errc{} || minor.ptr != end || out.first < 0 || out.second < 0)
    return std::nullopt;
  return out;
}

} // namespace

std::string path_element(std::string_view name) {
  // The daemon would take an element of dots alone for a step up.
  if (name == "." || name == "..")
    return name == "." ? "%2E" : "%2E%2E";
  return text::percent_encode(name);
}

bool is_mangled_by_router(std::string_view name) {
  if (name.find('\n') != std::string_view::npos)
    return true;
  for (auto rest = name;;) {
    const auto end = rest.find('/');
    const auto element = rest.substr(0, end);
    const auto last = end == std::string_view::npos;
    if (element == "." || element == ".." || (element.empty() && !last))
      return true;
    if (last)
      return false;
    rest.remove_prefix(end + 1);
  }
}

std::string event_filters(bool only_catalogue) {
  std::string out = R"({"type":["volume","container"])";
  if (only_catalogue) {
    std::set<std::string_view> actions;
    for (const auto& meaning : event_catalogue())
      actions.insert(meaning.action);
    out += R"(,"event":[)";
    for (const char* separator = ""; const auto action : actions) {
      out += std::string{separator} + '"' + std::string{action} + '"';
      separator = ",";
    }
    out += ']';
  }
  return out + '}';
}

std::string events_path(timestamp since, bool only_catalogue) {
  return "/events?since=" + seconds_and_nanos(since)
         + "&filters=" + text::percent_encode(event_filters(only_catalogue));
}

std::string events_path(timestamp since, timestamp until, bool only_catalogue) {
  return events_path(since, only_catalogue) + "&until=" + seconds_and_nanos(until);
}

std::string all_events_path(timestamp since, timestamp until) {
  return "/events?since=" + seconds_and_nanos(since) + "&until=" + seconds_and_nanos(until);
}

std::string lower_version(std::string_view ours, std::string_view daemons) {
  const auto theirs = parse_version(daemons);
  if (!theirs)
    return {};
  return std::string{*theirs < *parse_version(ours) ? daemons : ours};
}

} // namespace volumeviz::docker
