#include "tests/simulation/model_daemon.hpp"

#include "tests/simulation/model_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

namespace {

// As measured: two neighbours in the ring were up to 105 ms apart in the wrong order.
constexpr std::uint64_t disorder_ms = 105;
// The longest between two lists that leave entries out, and time for a list that fails.
constexpr nanoseconds listed_again = std::chrono::seconds{40};
constexpr nanoseconds publisher_patience = milliseconds{100};

std::string event_text(dialect speaks, resource_kind kind, const std::string& action,
                       const std::string& key, timestamp time) {
  if (kind == resource_kind::container)
    return fmt::format(
        R"({{"status":"{0}","id":"{1}","from":"i","Type":"container","Action":"{0}","Actor":{{"ID":"{1}","Attributes":{{"exitCode":"99","image":"i","name":"n"}}}},"scope":"local","time":{2},"timeNano":{3}}})",
        action, key, time / 1'000'000'000, time);
  if (speaks == dialect::podman)
    return fmt::format(
        R"({{"status":"{0}","Type":"volume","Action":"{0}","Actor":{{"ID":"","Attributes":{{"containerExitCode":"0","image":"","name":"{1}","podId":""}}}},"scope":"local","time":{2},"timeNano":{3}}})",
        action, key, time / 1'000'000'000, time);
  return fmt::format(
      R"({{"Type":"volume","Action":"{0}","Actor":{{"ID":"{1}","Attributes":{{"driver":"local"}}}},"scope":"local","time":{2},"timeNano":{3}}})",
      action, key, time / 1'000'000'000, time);
}

} // namespace

model_daemon::model_daemon(machine& by, std::function<timestamp()> our_clock,
                           const daemon_habits& its)
    : runs(by), habits(its), our_clock_(std::move(our_clock)) {
}

model_daemon::~model_daemon() = default;

void model_daemon::put(volume x) {
  auto& old = volumes[x.name];
  old.change(runs.now(), {}, std::move(x));
}

void model_daemon::put(container x, nanoseconds lag) {
  auto& old = containers[x.id];
  old.change(runs.now(), lag, std::move(x));
}

void model_daemon::drop_volume(const std::string& name, nanoseconds lag) {
  volumes[name].change(runs.now(), lag, std::nullopt);
}

void model_daemon::drop_container(const std::string& id, nanoseconds lag) {
  containers[id].change(runs.now(), lag, std::nullopt);
}

const volume* model_daemon::find_volume(const std::string& name) const {
  auto i = volumes.find(name);
  return i == volumes.end() ? nullptr : i->second.now();
}

const container* model_daemon::find_container(const std::string& id) const {
  auto i = containers.find(id);
  return i == containers.end() ? nullptr : i->second.now();
}

void model_daemon::announce(resource_kind kind, const std::string& action, const std::string& key) {
  if (silent || (hides_prunes && action == "prune") || is_ghost(key))
    return;
  // No two events have the same stamp, but a stamp may be older than the one before.
  auto time = std::max(now() + times_set_, last_stamp_ + 1);
  last_stamp_ = time;
  if (habits.unsorted && runs.one_in(3))
    time -= static_cast<timestamp>(runs.random(disorder_ms) * 1'000'000 + runs.random(1'000));
  line x{.time = time,
         .text = event_text(habits.speaks, kind, action, key, time),
         .published = runs.now()};
  if (const auto* meaning = meaning_of(kind, action)) {
    x.event = docker_event{.kind = kind,
                           .action = std::string{meaning->action},
                           .id = meaning->whole_kind ? std::string{} : key,
                           .time = time};
    if (!meaning->whole_kind)
      announced[key].push_back({time, x.published});
  }
  if (garble)
    publish({.time = time, .text = garble(x.text), .published = runs.now()});
  else
    publish(x);
  remember(std::move(x));
}

void model_daemon::set_clock(nanoseconds by) {
  step += by;
  ++times_set_;
  last_stamp_ = 0;
}

void model_daemon::chatter(unsigned count) {
  if (silent)
    return;
  for (unsigned i = 0; i < count; ++i) {
    last_stamp_ = std::max(now() + times_set_, last_stamp_ + 1);
    remember({.time = last_stamp_, .text = {}, .published = runs.now()});
  }
}

void model_daemon::publish(const line& x) {
  for (const auto& s : streams_) {
    if (s->at != model_stream::phase::open || s->ending)
      continue;
    const auto full = s->backlog.size() >= s->room;
    if (full && !s->full_since)
      s->full_since = runs.now();
    held_up += full ? 1 : 0;
    // The publisher waits for 100 ms, then drops the event without a report.
    if (!full || runs.now() - *s->full_since < publisher_patience)
      s->backlog.push_back(x);
  }
}

void model_daemon::remember(line x) {
  ring_.push_back(std::move(x));
  // Podman's events are in a file.
  if (habits.speaks != dialect::podman && ring_.size() > habits.ring)
    ring_.pop_front();
}

void model_daemon::go_down() {
  down = true;
  ++process;
  end_streams(runs.one_in(2));
  if (habits.speaks != dialect::podman)
    ring_.clear();
}

void model_daemon::come_up() {
  down = false;
  for (auto& [name, x] : volumes)
    x.catch_up(runs.now());
  for (auto& [id, x] : containers)
    x.catch_up(runs.now());
}

bool model_daemon::is_malformed(const std::string& key) const {
  const auto i = malformed.find(key);
  return i != malformed.end() && !i->second.until;
}

bool model_daemon::was_malformed_lately(const std::string& key) const {
  const auto i = malformed.find(key);
  return i != malformed.end() && (!i->second.until || runs.now() - *i->second.until < listed_again);
}

void model_daemon::mend(const std::string& key) {
  if (is_malformed(key))
    malformed[key].until = runs.now();
}

void model_daemon::repeat_last() {
  for (auto i = ring_.rbegin(); i != ring_.rend(); ++i)
    if (i->event) {
      publish(*i);
      return;
    }
}

docker::past_events model_daemon::remembered(timestamp since, timestamp until) const {
  docker::past_events found;
  found.answered_at =
      nanoseconds{std::chrono::floor<std::chrono::seconds>(nanoseconds{now()})}.count();
  for (auto i = ring_.rbegin(); i != ring_.rend() && i->time >= since; ++i) {
    if (i->time > until)
      continue;
    found.stamps.push_back(i->time);
    if (i->event)
      found.events.push_back(*i->event);
  }
  std::ranges::reverse(found.events);
  std::ranges::reverse(found.stamps);
  return found;
}

} // namespace volumeviz::simulation
