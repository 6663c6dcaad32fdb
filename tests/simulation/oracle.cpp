#include "tests/simulation/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>

namespace volumeviz::simulation {

namespace {

using namespace std::chrono_literals;

constexpr nanoseconds api_lag = 2s;

template <class Rows>
const typename Rows::mapped_type* find(const Rows& rows, const std::string& key) {
  const auto i = rows.find(key);
  return i == rows.end() ? nullptr : &i->second;
}

bool mounts_were(const container& row, const past<container>& history) {
  return std::ranges::all_of(row.mounts, [&](const mount& x) {
    return history.ever(
        [&](const container& c) { return std::ranges::find(c.mounts, x) != c.mounts.end(); });
  });
}

bool fields_were(const container& row, const past<container>& history) {
  return history.ever([&](const container& c) {
    return std::tie(c.name, c.image, c.state, c.status, c.labels)
           == std::tie(row.name, row.image, row.state, row.status, row.labels);
  });
}

/// The times of a container that can't be inspected are unknown or right.
container without_unknown_times(container row, const container& state) {
  if (row.started_at == never)
    row.started_at = state.started_at;
  if (row.finished_at == never)
    row.finished_at = state.finished_at;
  return row;
}

constexpr nanoseconds orphans_live = 60s;

bool said_gone(const model_daemon& by, const model_daemon::statements& said, const std::string& key,
               bool orphans) {
  const auto i = said.find(key);
  return i != said.end()
         && (!i->second.there
             || (orphans && i->second.gone_at
                 && by.runs.now() - *i->second.gone_at < orphans_live));
}

/// The keys among `tampered` whose rows this batch has compared: they are tampered with no more.
template <class Resource>
std::vector<std::string> end_tampering(const observed<Resource>& seen, const write_summary& done,
                                       std::set<std::string>& tampered) {
  std::set<std::string, std::less<>> shown{seen.gone.begin(), seen.gone.end()};
  each_present_key(seen, [&shown](std::string_view key) { shown.emplace(key); });
  std::set<std::string> named{seen.also_present.begin(), seen.also_present.end()};
  named.insert(done.spared.begin(), done.spared.end());
  std::vector<std::string> ended;
  for (const auto& key : tampered)
    if (shown.contains(key) || (seen.complete && !named.contains(key)))
      ended.push_back(key);
  for (const auto& key : ended)
    tampered.erase(key);
  return ended;
}

} // namespace

bool shows(const volume& row, const volume& state) {
  const auto fields = [](const volume& v) {
    return std::tie(v.name, v.driver, v.mountpoint, v.labels, v.options, v.scope);
  };
  return fields(row) == fields(state);
}

bool shows(const container& row, const container& state) {
  const auto fields = [](const container& c) {
    return std::tie(c.id, c.name, c.image, c.state, c.status, c.labels);
  };
  return fields(row) == fields(state) && std::ranges::all_of(row.mounts, [&](const mount& x) {
           return std::ranges::find(state.mounts, x) != state.mounts.end();
         });
}

bool times_were(const container& row, const past<container>& history) {
  const auto was = [&](timestamp container::*time) {
    return row.*time == never
           || history.ever([&](const container& c) { return c.*time == row.*time; });
  };
  return was(&container::started_at) && was(&container::finished_at);
}

nanoseconds clock_history::moment_of(timestamp shown) const {
  const nanoseconds wanted{shown - first_day};
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    auto moment = wanted - steps_[i].ahead;
    if (moment < steps_[i].since)
      moment = steps_[i].since - api_lag;
    if (i + 1 == steps_.size() || moment < steps_[i + 1].since)
      return moment;
  }
  return {};
}

oracle::verdict oracle::volume_was(const std::string& name,
                                   const support::memory_rows& rows) const {
  const auto* row = find(rows.volumes, name);
  const auto* history = find(daemon_.volumes, name);
  if (row != nullptr
      && (history == nullptr || !history->ever([&](const volume& v) { return shows(*row, v); })))
    return "the row of volume " + name + " shows a state that never was";
  return std::nullopt;
}

oracle::verdict oracle::container_was(const std::string& id,
                                      const support::memory_rows& rows) const {
  const auto* row = find(rows.containers, id);
  const auto* history = find(daemon_.containers, id);
  if (row != nullptr
      && (history == nullptr || !fields_were(*row, *history) || !mounts_were(*row, *history)
          || !times_were(*row, *history)))
    return "the row of container " + id + " shows a state that never was";
  return std::nullopt;
}

oracle::verdict oracle::compared(const change_batch& batch, const write_summary& done,
                                 const support::memory_rows& rows) {
  for (const auto& name : end_tampering(batch.volumes, done, tampered.volumes))
    if (auto wrong = volume_was(name, rows))
      return wrong;
  for (const auto& id : end_tampering(batch.containers, done, tampered.containers))
    if (auto wrong = container_was(id, rows))
      return wrong;
  return std::nullopt;
}

oracle::verdict oracle::after_commit(const std::vector<change_batch>& batches,
                                     const std::vector<write_summary>& done,
                                     const support::memory_rows& rows) {
  for (std::size_t i = 0; i < batches.size() && tampered.any(); ++i)
    if (batches[i].host == "h" && !done[i].refused && !done[i].locked_out)
      if (auto wrong = compared(batches[i], done[i], rows))
        return wrong;
  for (const auto& summary : done)
    for (const auto& x : summary.changes) {
      const auto of_volume = x.kind == row_kind::volume;
      if (x.kind == row_kind::container && x.op != operation::remove)
        denied_.erase(x.key);
      else if (x.kind == row_kind::container && daemon_.denies_as_ghost(x.key))
        denied_.insert(x.key);
      if (x.op == operation::remove) {
        if (x.kind != row_kind::mount
            && !said_gone(daemon_, of_volume ? daemon_.said_volumes : daemon_.said_containers,
                          x.key, orphans))
          return (of_volume ? "volume " : "container ") + x.key + " was deleted on hearsay";
      } else if (!(of_volume ? tampered.volumes : tampered.containers).contains(x.key)) {
        if (auto wrong = of_volume ? volume_was(x.key, rows) : container_was(x.key, rows))
          return wrong;
      }
    }
  return std::nullopt;
}

oracle::verdict oracle::proven(nanoseconds moment, const support::memory_rows& rows) const {
  for (const auto& [name, history] : daemon_.volumes) {
    const auto* row = find(rows.volumes, name);
    const auto* current = history.now();
    if (row != nullptr && current != nullptr && shows(*row, *current))
      unseen.erase(name);
    if (unseen.contains(name) || tampered.volumes.contains(name))
      continue;
    if (daemon_.was_malformed_lately(name))
      continue;
    if (!history.was_since(moment, [&](const volume* state) {
          return state == nullptr ? row == nullptr : row != nullptr && shows(*row, *state);
        }))
      return "the rows lack an older change of volume " + name;
  }
  for (const auto& [id, history] : daemon_.containers) {
    const auto* row = find(rows.containers, id);
    if (tampered.containers.contains(id))
      continue;
    // An event from before the crash may lead to an inspect after it; the next list shows the
    // container.
    if (daemon_.was_malformed_lately(id)
        || (row == nullptr && (daemon_.is_ghost(id) || denied_.contains(id))))
      continue;
    if (!history.was_since(moment, [&](const container* state) {
          return state == nullptr ? row == nullptr : row != nullptr && shows(*row, *state);
        }))
      return "the rows lack an older change of container " + id;
  }
  return std::nullopt;
}

oracle::verdict oracle::equal(const support::memory_rows& rows) const {
  for (const auto& [name, history] : daemon_.volumes) {
    const auto* row = find(rows.volumes, name);
    const auto* state = history.now();
    if (daemon_.plugin_absent && unseen.contains(name))
      continue;
    if ((row == nullptr) != (state == nullptr))
      return fmt::format("volume {} {}", name,
                         row == nullptr ? "has no row" : "is gone and has a row");
    if (row != nullptr && !shows(*row, *state))
      return "the row of volume " + name + " is wrong";
  }
  for (const auto& [id, history] : daemon_.containers) {
    const auto* row = find(rows.containers, id);
    const auto* state = history.now();
    if ((row == nullptr) != (state == nullptr))
      return fmt::format("container {} {}", id,
                         row == nullptr ? "has no row" : "is gone and has a row");
    const auto excused = row != nullptr && daemon_.crippled.contains(id)
                         && without_unknown_times(*row, *state) == *state;
    if (row != nullptr && *row != *state && !excused)
      return fmt::format("the row of container {} is wrong: {} {} {} started {} finished {}, {} "
                         "mounts instead of {} {} {} started {} finished {}, {} mounts",
                         id, row->name, row->state, row->status, row->started_at, row->finished_at,
                         row->mounts.size(), state->name, state->state, state->status,
                         state->started_at, state->finished_at, state->mounts.size());
  }
  const auto of_nothing = [](const auto& recorded, const auto& real) {
    return std::ranges::any_of(recorded, [&](const auto& x) { return !real.contains(x.first); });
  };
  if (of_nothing(rows.volumes, daemon_.volumes) || of_nothing(rows.containers, daemon_.containers))
    return "there is a row of something that never was";
  return std::nullopt;
}

} // namespace volumeviz::simulation
