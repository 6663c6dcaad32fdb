#include "sync/list_completion.hpp"

#include "sync/needs_inspect.hpp"

#include <algorithm>

namespace volumeviz::sync {

namespace {

std::set<std::string> shown_keys(const change_batch& batch) {
  std::set<std::string> keys;
  const auto add = [&keys](std::string_view key) { keys.emplace(key); };
  each_present_key(batch.volumes, add);
  each_present_key(batch.containers, add);
  return keys;
}

std::set<std::string> spared_keys(const committed_fetch& x) {
  return {x.written.spared.begin(), x.written.spared.end()};
}

std::set<std::string> deleted(row_kind kind, const write_summary& written) {
  std::set<std::string> keys;
  for (const auto& x : written.changes)
    if (x.kind == kind && x.op == operation::remove)
      keys.insert(x.key);
  return keys;
}

/// True when rows were spared because of entries that were left out.
bool left_out_without_key(const committed_fetch& x) {
  return std::ranges::any_of(x.seen.left_out, [](const auto& entry) { return entry.key.empty(); });
}

/// What a complete list leaves open of these rows and of those that the store did not name.
open_rows open_of(const committed_fetch& x, std::set<std::string> keys) {
  open_rows open{.keys = std::move(keys), .left_out = left_out_without_key(x)};
  open.others = open.left_out && x.written.more_spared > 0;
  if (!open.others)
    return open;
  open.proven = shown_keys(x.seen.batch);
  for (const auto* also :
       {&x.seen.batch.volumes.also_present, &x.seen.batch.containers.also_present})
    open.proven.insert(also->begin(), also->end());
  open.proven.merge(
      deleted(x.kind == resource_kind::volume ? row_kind::volume : row_kind::container, x.written));
  return open;
}

} // namespace

fetch_request list_completion::request_for(resource_kind kind, const fetch& asked) const {
  return {.kind = kind,
          .list = asked.list,
          .keys = asked.keys,
          .brief = asked.retry,
          .drivers = asked.list && needs_drivers()};
}

bool list_completion::needs_drivers() const {
  return kept_.more() > 0 || std::ranges::any_of(plan_.keys().set_aside(), [this](const auto& key) {
           return kept_.contains(key);
         });
}

fetch_outcome list_completion::complete(const committed_fetch& x, time_point now, timestamp wall) {
  const auto& batch = x.seen.batch;
  if (x.asked.list)
    plan_.list_left_out(!x.seen.left_out.empty(), now);
  if (x.asked.list && !batch.volumes.complete && !batch.containers.complete)
    return {.events = plan_.finish_partial(shown_keys(batch), inspects_after(x, wall), now)};
  if (x.kind == resource_kind::container)
    return complete_containers(x, now, wall);
  return x.asked.list ? complete_list_of_volumes(x, now) : complete_inspects_of_volumes(x, now);
}

/// To be called once for each fetch, before the plan finishes it.
std::vector<std::string> list_completion::inspects_after(const committed_fetch& x, timestamp wall) {
  auto keys = needs_inspect(x, plan_, left_out_, wall);
  left_out_ = left_out_in_doubt(x, plan_, left_out_);
  return keys;
}

fetch_outcome list_completion::complete_containers(const committed_fetch& x, time_point now,
                                                   timestamp wall) {
  fetch_outcome outcome;
  if (x.asked.list)
    plan_.list_leaves_open(open_of(x, spared_keys(x)));
  if (x.asked.list && x.written.more_spared == 0) {
    auto exist = shown_keys(x.seen.batch);
    const auto& also = x.seen.batch.containers.also_present;
    exist.insert(also.begin(), also.end());
    plan_.list_shows(exist, spared_keys(x));
    exist.merge(spared_keys(x));
    outcome.remaining = std::move(exist);
  }
  // Only an inspect can tell whether the container of a spared row still exists.
  auto inspect = inspects_after(x, wall);
  inspect.insert(inspect.end(), x.written.spared.begin(), x.written.spared.end());
  outcome.events = plan_.finish(x.seen.failed, inspect, now);
  return outcome;
}

fetch_outcome list_completion::complete_list_of_volumes(const committed_fetch& x, time_point now) {
  const auto gone = deleted(row_kind::volume, x.written);
  plan_.list_denies(gone, spared_keys(x));
  auto inspect = x.written.spared;
  const auto list_only =
      std::erase_if(inspect, [this](const auto& key) { return list_only_ && list_only_(key); });
  const auto next = kept_.listed(inspect, x.written.more_spared + list_only, x.with_drivers,
                                 [this](const auto& key) { return plan_.keys().waits(key); });
  // Where the store did not name all rows, those of the next turn are inspected first.
  auto open = open_of(x, x.written.more_spared == 0 ? spared_keys(x)
                                                    : std::set(next.ask.begin(), next.ask.end()));
  open.drivers_unknown = !x.with_drivers && needs_drivers();
  const auto list_again = next.list_again || open.drivers_unknown;
  plan_.list_leaves_open(std::move(open));
  fetch_outcome outcome{.events = plan_.finish(x.seen.failed, next.ask, now),
                        .gone = {gone.begin(), gone.end()}};
  if (list_again)
    plan_.want_list(list_reason::failure, 0, now);
  return outcome;
}

fetch_outcome list_completion::complete_inspects_of_volumes(const committed_fetch& x,
                                                            time_point now) {
  auto inspected = x.seen.batch.volumes.gone;
  for (const auto& volume : x.seen.batch.volumes.present)
    inspected.push_back(volume.name);
  fetch_outcome outcome{.events = plan_.finish(x.seen.failed, {}, now)};
  if (kept_.completed(inspected,
                      [this](const auto& key) { return plan_.keys().is_set_aside(key); }))
    plan_.want_list(list_reason::failure, 0, now);
  return outcome;
}

} // namespace volumeviz::sync
