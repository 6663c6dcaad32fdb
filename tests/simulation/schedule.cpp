#include "tests/simulation/schedule.hpp"

#include "tests/simulation/dice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

struct word {
  op what;
  const char* text; ///< {0}: a, {1}: b, {2}: span
  unsigned weight;
};

// How often each happens, in parts of their sum.
constexpr std::array<word, ops> words{{
    {op::create_volume, "volume v{0} is created", 8},
    {op::remove_volume, "volume v{0} is removed", 6},
    {op::replace_volume, "volume v{0} is replaced", 3},
    {op::prune_volumes, "unused volumes are pruned", 2},
    {op::create_container, "container c{0} is created with volumes {1:b}", 5},
    {op::run_container, "container c{0} is run with volumes {1:b}", 8},
    {op::start, "container c{0} is started", 4},
    {op::stop, "container c{0} is stopped", 6},
    {op::die, "container c{0} dies", 4},
    {op::restart, "container c{0} is restarted", 3},
    {op::remove_container, "container c{0} is removed", 6},
    {op::replace_container, "container c{0} is replaced", 3},
    {op::rename, "container c{0} is renamed", 4},
    {op::pause, "container c{0} is paused or goes on", 2},
    {op::health, "container c{0} changes its health", 1},
    {op::prune_containers, "stopped containers are pruned", 1},
    {op::chatter, "{2} irrelevant events", 3},
    {op::burst, "{2} events of container c{0}", 2},
    {op::calm, "nothing", 5},
    {op::end_streams, "the streams end (within a line: {1})", 3},
    {op::hang, "the daemon hangs for {2} ms (a client gives up: {1}, on v{0})", 2},
    {op::restart_daemon,
     "the daemon is away for {2} ms; changes without an event: {0}; loses a plugin: {1}", 3},
    {op::fail_calls, "the next {1} questions of sort {0} fail (error {2})", 4},
    {op::plugin_down, "the volume plugin is down for {2} ms", 2},
    {op::stall_reader, "our reading thread does not run for {2} ms", 2},
    {op::damage, "a damaged line (sort {0})", 2},
    {op::cripple, "the resource in place {0} can't be inspected (sort {1}) for {2} ms", 3},
    {op::repeat, "the last event is shown again", 1},
    {op::set_clock, "a clock is set (whose: {0}, back: {1}) by {2} ms", 1},
    {op::malform, "the resource in place {0} is shown malformed (sort {1}) for {2} ms", 3},
    {op::fail_writes, "the next {1} writes fail (sort {0})", 4},
    {op::delay_actor, "actor {0} does not run for {2} ms", 4},
    {op::kill_actor, "actor {0} dies {2} times, at its message {1} from now", 5},
    {op::kill_node, "the node dies", 1},
    {op::defect, "something inside of actor {0} throws", 1},
    {op::demand, "a reconciliation is demanded", 2},
    {op::tamper, "another client changes the row in place {0} (sort {1})", 0},
    {op::lose_lock,
     "another writer has the lock for {2} ms and changes the row in place {0} (sort {1})", 0},
    {op::restore, "the database goes back by {0} commits (from its files: {1})", 0},
}};

op choose(dice& with, bool troubles) {
  unsigned sum = 0;
  for (const auto& x : words)
    sum += troubles || !is_trouble(x.what) ? x.weight : 0;
  auto at = with.below(sum);
  for (const auto& x : words) {
    const auto weight = troubles || !is_trouble(x.what) ? x.weight : 0;
    if (at < weight)
      return x.what;
    at -= weight;
  }
  return op::calm;
}

step make_step(dice& with, unsigned keys, bool troubles) {
  step x;
  x.what = choose(with, troubles);
  x.a = with.below(keys);
  x.b = with.below(8);
  // Most things happen close to each other, some far apart.
  x.before = milliseconds{with.one_in(3) ? with.below(3'000) : with.one_in(2) ? with.below(60) : 0};
  if (with.one_in(3))
    x.when = static_cast<moment>(1 + with.below(4));
  switch (x.what) {
  case op::chatter:
    x.span = with.of({3u, 30u, 300u});
    break;
  case op::burst:
    x.span = with.of({5u, 20u, 400u});
    break;
  case op::calm:
    x.before = milliseconds{1'000 + with.below(8'000)};
    x.when = moment::at_once;
    break;
  case op::end_streams:
    x.b = with.below(2);
    break;
  case op::hang:
    x.span = 200 + with.below(with.one_in(3) ? 25'000 : 6'000);
    break;
  case op::restart_daemon:
    x.span = 50 + with.below(6'000);
    x.a = with.below(4);
    break;
  case op::fail_calls:
    x.a = with.below(questions);
    x.b = 1 + with.below(3);
    x.span = with.of({1u, 2u, 3u, 4u});
    break;
  case op::malform:
    x.span = 100 + with.below(with.one_in(3) ? 20'000 : 3'000);
    break;
  case op::plugin_down:
    x.span = 100 + with.below(10'000);
    break;
  case op::stall_reader:
    x.span = 20 + with.below(with.one_in(3) ? 9'000 : 1'900); // the audit's grace is 2,000
    break;
  case op::damage:
    x.a = with.below(6);
    break;
  case op::cripple:
    x.span = 100 + with.below(with.one_in(3) ? 20'000 : 3'000);
    break;
  case op::set_clock:
    x.a = with.below(3);
    x.b = with.below(2);
    x.span = with.of({700u, 3'000u, 9'000u, 3'600'000u});
    if (x.a == 1) // a smaller step can't be distinguished from a slow answer
      x.span = std::max(x.span, 9'000u);
    break;
  case op::fail_writes:
    x.a = with.below(5);
    x.b = 1 + with.below(4);
    break;
  case op::delay_actor:
    x.a = with.below(static_cast<unsigned>(actor_names().size()));
    x.span = 10 + with.below(with.one_in(4) ? 20'000 : 2'000);
    break;
  case op::kill_actor:
    x.a = with.below(static_cast<unsigned>(actor_names().size()));
    x.b = with.below(12);
    x.span = with.one_in(8) ? 12 : 1 + with.below(3);
    break;
  case op::defect:
    x.a = with.below(2);
    break;
  default:
    break;
  }
  return x;
}

} // namespace

const std::vector<std::string>& actor_names() {
  static const std::vector<std::string> names{
      "volume_handler", "container_handler", "volume_inspector",   "container_inspector",
      "stream_auditor", "inventory_store",   "reconciler",         "stream_supervisor",
      "stream_reader",  "health_reporter",   "metrics_aggregator", "node"};
  return names;
}

schedule make_schedule_without_others(std::uint64_t seed) {
  dice with{seed};
  schedule x;
  x.order = with.any();
  x.habits.speaks = with.of({dialect::docker20, dialect::docker26, dialect::podman});
  x.habits.ring = with.of<std::size_t>({256, 256, 24});
  x.habits.backlog = with.of<std::size_t>({1303, 60, 100});
  x.habits.line_limit = with.of<std::size_t>({16 * 1024 * 1024, 600});
  x.habits.skew = nanoseconds{milliseconds{with.of({0, 0, 7'300, -2'900})}};
  x.habits.unsorted = with.one_in(2);
  x.queue = with.of<std::size_t>({1000, 1000, 5, 2});
  x.batch_max = with.of<std::size_t>({32, 32, 2});
  x.list_above = with.of<std::size_t>({60, 60, 2});
  x.keys_max = with.of<std::size_t>({20'000, 20'000, 20'000, 3});
  const auto troubles = !with.one_in(6);
  const auto count = 4 + with.below(24);
  x.before_start = with.below(6);
  const auto keys = 1 + with.below(4);
  for (unsigned i = 0; i < count; ++i)
    x.steps.push_back(make_step(with, keys, troubles));
  return x;
}

// Drawn apart, so that all else in a schedule of a number is the same without them.
void add_other_clients(schedule& to, std::uint64_t seed) {
  using engine = model_store::engine;
  dice with{seed ^ 0x6f7468657273}; // "others"
  to.database = with.of({engine::postgresql, engine::sqlite});
  if (!with.one_in(3)
      || std::ranges::none_of(to.steps, [](const step& x) { return is_trouble(x.what); }))
    return;
  for (auto left = 1 + with.below(3); left > 0; --left) {
    step x{.what = with.of({op::tamper, op::tamper, op::lose_lock, op::restore})};
    x.a = with.below(x.what == op::restore ? 8 : 4);
    x.b = with.below(x.what == op::restore ? 2 : 8);
    x.span = 50 + with.below(with.one_in(3) ? 20'000 : 3'000);
    x.before = milliseconds{with.one_in(2) ? with.below(5'000) : 0};
    if (with.one_in(3))
      x.when = static_cast<moment>(1 + with.below(4));
    auto at = with.below(static_cast<unsigned>(to.steps.size() + 1));
    to.before_start += at < to.before_start ? 1 : 0;
    to.steps.insert(to.steps.begin() + at, x);
    if (with.one_in(2))
      continue;
    at += 1 + with.below(static_cast<unsigned>(to.steps.size() - at));
    to.before_start += at < to.before_start ? 1 : 0;
    to.steps.insert(to.steps.begin() + at,
                    {.what = op::demand, .before = milliseconds{with.below(3'000)}});
  }
}

schedule make_history_schedule(std::uint64_t seed) {
  auto x = make_schedule(seed);
  x.history = true;
  x.database = model_store::engine::sqlite;
  return x;
}

schedule make_schedule(std::uint64_t seed) {
  auto x = make_schedule_without_others(seed);
  add_other_clients(x, seed);
  return x;
}

std::string step_in_words(const step& s) {
  constexpr const char* moments[] = {"", " [before the next answer]", " [after the next answer]",
                                     " [before the next subscription]", " [during the next write]"};
  std::string text;
  if (is_of_link(s.what))
    return link_step_in_words(s) + moments[static_cast<unsigned>(s.when)];
  if (s.what == op::delay_actor || s.what == op::kill_actor)
    text = actor_name(s.a) + ": ";
  text += fmt::format(fmt::runtime(words[static_cast<unsigned>(s.what)].text), s.a, s.b, s.span);
  return text + moments[static_cast<unsigned>(s.when)];
}

std::string to_words(const schedule& x) {
  constexpr const char* dialects[] = {"Docker 20.10", "Docker 26", "Podman"};
  constexpr const char* engines[] = {"PostgreSQL", "SQLite"};
  auto text = fmt::format(
      "{}, ring {}, backlog {}, line limit {}, skew {} ms, unsorted {}, lags {}; queue {}, batches "
      "of {}, list above {}, keys {}; {}; {} steps before the start\n",
      dialects[static_cast<unsigned>(x.habits.speaks)], x.habits.ring, x.habits.backlog,
      x.habits.line_limit, x.habits.skew.count() / 1'000'000, x.habits.unsorted, x.habits.lags,
      x.queue, x.batch_max, x.list_above, x.keys_max, engines[static_cast<unsigned>(x.database)],
      x.before_start);
  if (x.history)
    text += "with a history, in a real SQLite file\n";
  if (x.fleet)
    text += fmt::format("an agent and a hub; hub's queue {}, chunks of {} bytes\n", x.hub_queue,
                        x.chunk_bytes);
  for (const auto& s : x.steps)
    text += fmt::format("  +{} ms: {}\n", s.before.count(), step_in_words(s));
  return text;
}

} // namespace volumeviz::simulation
