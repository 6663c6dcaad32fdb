#include "actors/inventory/group_writer.hpp"

#include "runtime/invariant.hpp"
#include "sync/slices.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace volumeviz {

namespace {

// When this many hosts' parts fail one after the other, each alone, the rest is not tried.
constexpr std::size_t failures_in_a_row = 3;

/// One group for each host, in the order of the hosts' first batches.
std::deque<write_group> by_host(write_group&& all) {
  std::deque<write_group> parts;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < all.batches.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(all.batches[i].host, parts.size());
    if (is_new)
      parts.emplace_back();
    parts[place->second].add(std::move(all.batches[i]), std::move(all.answers[i]));
  }
  return parts;
}

/// A batch that needs another transaction must have deleted something in this one, or it would
/// come again for ever.
bool makes_progress(const std::vector<write_summary>& summaries) {
  return std::ranges::none_of(summaries, &write_summary::unfinished)
         || std::ranges::any_of(summaries,
                                [](const write_summary& x) { return !x.changes.empty(); });
}

} // namespace

void group_writer::write(write_group&& group) {
  invariant(writing_.batches.empty() && apart_.empty(), "one group is written at a time");
  writing_ = std::move(group);
  const auto began = steady::now();
  const auto why = try_to_write();
  if (!why)
    return;
  const auto took = steady::now() - began;
  const auto one_host = writing_.is_of_one_host();
  // Batches of the node's own host would not do better one by one, and each try may take as long as
  // a database call may.
  const auto own = one_host && writing_.batches.front().host == parts_.host;
  if (own || database_is_away(*why)) {
    database_failed(*why, took);
    queue_.refuse_all(*why);
  } else if (one_host) {
    host_failed(*why, took);
  } else {
    write_apart(*why);
  }
}

/// Writes `writing_`, which is empty then. Returns why it failed; then `writing_` is as before.
std::optional<failure> group_writer::try_to_write() {
  const auto began = steady::now();
  auto summaries = parts_.store->apply(writing_.batches);
  if (!summaries)
    return summaries.error();
  const auto took = steady::now() - began;
  invariant(summaries->size() == writing_.batches.size(), "each batch written has a summary");
  reports_.record_locks();
  const auto written =
      static_cast<std::uint64_t>(std::ranges::count(*summaries, false, &write_summary::locked_out));
  if (written > 0)
    queue_.culprits().worked(self_->clock().now());
  reports_.wrote(written, took);
  tell_of_changes(*summaries);
  if (!makes_progress(*summaries))
    return failure{ec::internal, "the database did not delete the rows that a batch removes"};
  answer(std::move(*summaries));
  return {};
}

void group_writer::tell_of_changes(const std::vector<write_summary>& committed) {
  bool any = false;
  for (const auto& x : committed) {
    if (parts_.keeps_history && context_->numbers) // a part of a node may have none
      context_->numbers->history.recorded(x);
    any = any || !x.changes.empty();
  }
  if (any)
    parts_.committed();
}

void group_writer::answer(std::vector<write_summary>&& summaries) {
  auto done = std::exchange(writing_, {});
  write_group again;
  for (std::size_t i = 0; i < done.answers.size(); ++i) {
    first_writes_.written(done.batches[i].host, summaries[i]);
    auto& so_far = done.answers[i].so_far;
    const auto unfinished = std::exchange(summaries[i].unfinished, false);
    if (so_far)
      sync::merge(*so_far, std::move(summaries[i]));
    else
      so_far = std::move(summaries[i]);
    if (unfinished) {
      again.add(std::move(done.batches[i]), std::move(done.answers[i]));
    } else {
      auto text = reports_.answer_to(done.batches[i].host, std::move(*so_far));
      queue_.answer(std::move(done.answers[i]), std::move(text));
    }
  }
  queue_.put_back(std::move(again));
}

/// One host may have failed the transaction of all: by a statement that takes too long, or by data
/// that the database refuses.
void group_writer::write_apart(const failure& together) {
  context_->log->debug("batches of several hosts could not be written together, so each host's are "
                       "written by themselves: {}",
                       together.text);
  apart_ = by_host(std::exchange(writing_, {}));
  for (std::size_t failures = 0; !apart_.empty();) {
    writing_ = std::move(apart_.front());
    apart_.pop_front();
    const auto began = steady::now();
    const auto why = try_to_write();
    failures = why ? failures + 1 : 0;
    if (why)
      host_failed(*why, steady::now() - began);
    if (failures == failures_in_a_row)
      for (auto& x : std::exchange(apart_, {}))
        queue_.refuse(x, *why);
  }
}

/// `writing_`, which has the batches of one host, could not be written. Other hosts' wait on.
void group_writer::host_failed(const failure& why, steady::duration took) {
  const auto now = self_->clock().now();
  const auto host = writing_.batches.front().host;
  const auto known = queue_.culprits().suspected(host, now);
  if (queue_.culprits().failed(host, took, now)) {
    database_failed(why, took);
    return;
  }
  if (!known)
    context_->log->warn(
        "batches of host {} could not be written although other hosts' are; for some "
        "minutes this host is written after them: {}",
        host, why.text);
  queue_.refuse(writing_, why);
}

void group_writer::database_failed(const failure& why, steady::duration took) {
  reports_.write_failed(why, writing_.batches.size(), took);
  queue_.refuse(writing_, why);
}

/// True when the database does not answer at all. One that is slow for a single statement does.
bool group_writer::database_is_away(const failure& why) const {
  return why.code == ec::store_unreachable && !parts_.store->ping();
}

void group_writer::refuse_all(const failure& why) {
  queue_.refuse(writing_, why);
  for (auto& x : std::exchange(apart_, {}))
    queue_.refuse(x, why);
  queue_.refuse_all(why);
}

} // namespace volumeviz
