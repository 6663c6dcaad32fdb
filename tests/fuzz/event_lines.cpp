// Bytes of the event stream: into lines, however they are cut, and lines into events.
#include "docker/event_json.hpp"
#include "docker/line_reader.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::fuzz;

namespace {

/// Small, so that a fuzzer's inputs can exceed it.
constexpr std::size_t line_limit = 1024;

struct cut {
  std::vector<std::string> lines; ///< empty for a line that was too long
  std::size_t pending = 0;
  bool skipping = false;
  bool operator==(const cut&) const = default;
};

/// Fed in parts of `step` bytes.
cut cut_into_lines(std::string_view bytes, std::size_t step) {
  cut out;
  docker::line_reader reader{line_limit};
  while (!bytes.empty()) {
    const auto chunk = bytes.substr(0, step);
    bytes.remove_prefix(chunk.size());
    reader.feed(
        chunk, [&](std::string_view line) { out.lines.emplace_back(line); },
        [&](std::size_t) { out.lines.emplace_back(); });
  }
  out.pending = reader.pending();
  out.skipping = reader.skipping();
  return out;
}

/// The event in Docker's JSON.
std::string written(const docker_event& event) {
  return boost::json::serialize(
      boost::json::value{{"Type", to_string(event.kind)},
                         {"Action", event.action},
                         {"Actor", {{"ID", event.id}, {"Attributes", boost::json::object{}}}},
                         {"timeNano", event.time}});
}

bool same(const docker::event_line& a, const docker::event_line& b) {
  if (a.index() != b.index())
    return false;
  if (const auto* event = std::get_if<docker_event>(&a))
    return *event == std::get<docker_event>(b);
  if (const auto* why = std::get_if<failure>(&a))
    return *why == std::get<failure>(b);
  return true;
}

void check_event(const docker_event& event, std::string_view line) {
  const auto* meaning = meaning_of(event.kind, event.action);
  must(meaning != nullptr, "an event means something to the inventory", line);
  must(meaning->whole_kind == event.id.empty(), "an event says which, unless it is of all", line);
  docker::event_parser fresh;
  const auto again = fresh.parse(written(event));
  must(same(again, event), "an event that is written down reads as the same", line);
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = text_of(data, size);
  const auto whole = cut_into_lines(bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, line_limit + 1})
    must(cut_into_lines(bytes, step) == whole, "lines don't depend on how the bytes came");

  docker::event_parser used; // keeps its buffers between lines, as the stream's parser does
  for (const auto& line : whole.lines) {
    must(line.size() <= line_limit, "no line is longer than the limit", line);
    must(line.find('\n') == std::string::npos, "a line has no end in its middle", line);
    const auto read = used.parse(line);
    docker::event_parser fresh;
    must(same(fresh.parse(line), read), "a line means the same, whatever came before it", line);
    if (const auto* event = std::get_if<docker_event>(&read))
      check_event(*event, line);
    if (const auto* why = std::get_if<failure>(&read)) {
      must(why->code == ec::docker_malformed, "a line that is not an event is malformed", line);
      must(one_line(why->text) && why->text.size() < 300, "a complaint is one short line", line);
    }
  }
  return 0;
}
