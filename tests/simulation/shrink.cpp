#include "tests/simulation/shrink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace volumeviz::simulation {

namespace {

bool breaks(machine& by, const schedule& what, const variant& node) {
  return !live(by, what, node).broken.empty();
}

/// Half of the steps, a quarter, … a single one is left out, as long as that helps.
bool leave_out(machine& by, schedule& best, const variant& node) {
  auto helped = false;
  for (auto size = best.steps.size(); size > 0; size /= 2)
    for (std::size_t at = 0; at + size <= best.steps.size();) {
      auto x = best;
      const auto from = x.steps.begin() + static_cast<std::ptrdiff_t>(at);
      x.steps.erase(from, from + static_cast<std::ptrdiff_t>(size));
      if (at < x.before_start)
        x.before_start -= static_cast<unsigned>(std::min<std::size_t>(size, x.before_start - at));
      if (breaks(by, x, node)) {
        best = std::move(x);
        helped = true;
      } else {
        at += size;
      }
    }
  return helped;
}

/// Each setting as it usually is, each step at once and without a wait, as long as it still breaks.
bool make_duller(machine& by, schedule& best, const variant& node) {
  auto helped = false;
  const auto attempt = [&](const std::function<void(schedule&)>& how) {
    auto x = best;
    how(x);
    if (to_words(x) == to_words(best) || !breaks(by, x, node))
      return;
    best = std::move(x);
    helped = true;
  };
  const daemon_habits usual;
  const schedule plain;
  attempt([&](schedule& x) { x.habits.speaks = usual.speaks; });
  attempt([&](schedule& x) { x.habits.ring = usual.ring; });
  attempt([&](schedule& x) { x.habits.backlog = usual.backlog; });
  attempt([&](schedule& x) { x.habits.line_limit = usual.line_limit; });
  attempt([&](schedule& x) { x.habits.skew = usual.skew; });
  attempt([&](schedule& x) { x.habits.unsorted = false; });
  attempt([&](schedule& x) { x.habits.lags = false; });
  attempt([&](schedule& x) { x.queue = plain.queue; });
  attempt([&](schedule& x) { x.batch_max = plain.batch_max; });
  attempt([&](schedule& x) { x.list_above = plain.list_above; });
  attempt([&](schedule& x) { x.keys_max = plain.keys_max; });
  attempt([&](schedule& x) { x.database = plain.database; });
  attempt([&](schedule& x) { x.hub_queue = plain.hub_queue; });
  attempt([&](schedule& x) { x.chunk_bytes = plain.chunk_bytes; });
  for (std::size_t i = 0; i < best.steps.size(); ++i) {
    attempt([i](schedule& x) { x.steps[i].before = {}; });
    attempt([i](schedule& x) { x.steps[i].when = moment::at_once; });
    attempt([i](schedule& x) { x.steps[i].b = 0; });
    attempt([i](schedule& x) { x.steps[i].span = std::min(x.steps[i].span, 1u); });
  }
  return helped;
}

} // namespace

schedule shrink(machine& by, schedule broken, const variant& node) {
  while (leave_out(by, broken, node) | make_duller(by, broken, node)) {
  }
  return broken;
}

std::optional<finding> find_broken(machine& by, std::uint64_t first, std::uint64_t count,
                                   const variant& node, maker make) {
  for (auto seed = first; seed != first + count; ++seed)
    if (auto x = live(by, make(seed), node); !x.broken.empty())
      return finding{seed, std::move(x.broken)};
  return std::nullopt;
}

std::string explain(machine& by, const finding& what, const variant& node, maker make) {
  const auto shortest = shrink(by, make(what.seed), node);
  auto text = fmt::format("schedule {}: {}\nshrunk: {}\n{}", what.seed, what.broken,
                          live(by, shortest, node).broken, to_words(shortest));
  if (node.name.empty())
    text += fmt::format("play it again: SIMULATE_ONE={} build/tests/test_simulation "
                        "--test-case='one {}*'\n",
                        what.seed,
                        shortest.fleet     ? "fleet"
                        : shortest.history ? "history"
                                           : "schedule");
  return text;
}

} // namespace volumeviz::simulation
