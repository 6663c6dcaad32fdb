#include "actors/inventory/write_queue.hpp"

#include "runtime/invariant.hpp"
#include "sync/fair_group.hpp"
#include "sync/slices.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace volumeviz {

namespace {

// A host that is written after all others waits for them no longer than this.
constexpr auto last_for = std::chrono::seconds{10};

} // namespace

void write_group::add(change_batch&& batch, waiting_answer&& answer) {
  batches.push_back(std::move(batch));
  answers.push_back(std::move(answer));
}

bool write_group::is_of_one_host() const {
  return std::ranges::all_of(
      batches, [this](const change_batch& x) { return x.host == batches.front().host; });
}

void write_queue::add(change_batch&& batch, caf::typed_response_promise<write_answer> promise,
                      time_point now) {
  ++received_;
  const auto rows = sync::rows_of(batch);
  waiting_.push_back({std::move(batch), {std::move(promise), rows, now, {}}});
}

void write_queue::put_back(write_group&& unfinished) {
  for (auto i = unfinished.batches.size(); i-- > 0;)
    waiting_.push_front({std::move(unfinished.batches[i]), std::move(unfinished.answers[i])});
}

/// One transaction must end well within the deadline of a database call, also when a thousand hosts
/// come at once. One that exceeds it is rolled back, and would come again as large as it was.
write_group write_queue::next_group(time_point now) {
  refuse_paused(now);
  const auto alone = next_suspect(now);
  std::vector<std::size_t> places;
  std::vector<sync::waiting_batch> candidates;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const auto& host = waiting_[i].batch.host;
    if (alone ? host != *alone : culprits_.suspected(host, now))
      continue;
    places.push_back(i);
    candidates.push_back({host, waiting_[i].answer.rows});
  }
  std::vector<std::size_t> chosen;
  for (const auto i : sync::fair_group(candidates))
    chosen.push_back(places[i]);
  return take(chosen);
}

/// Takes the batches at these places, which ascend.
write_group write_queue::take(const std::vector<std::size_t>& places) {
  write_group group;
  std::deque<waiting> rest;
  auto next = places.begin();
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (next == places.end() || *next != i) {
      rest.push_back(std::move(waiting_[i]));
      continue;
    }
    group.add(std::move(waiting_[i].batch), std::move(waiting_[i].answer));
    ++next;
  }
  waiting_ = std::move(rest);
  return group;
}

/// The host to be written alone now, if any: no other host waits, or it has waited long enough.
std::optional<std::string> write_queue::next_suspect(time_point now) const {
  const waiting* first = nullptr;
  bool others = false;
  for (const auto& x : waiting_) {
    const auto suspected = culprits_.suspected(x.batch.host, now);
    others |= !suspected;
    if (suspected && !first)
      first = &x;
  }
  if (!first || (others && now - first->answer.came < last_for))
    return {};
  return first->batch.host;
}

void write_queue::refuse_paused(time_point now) {
  write_group paused;
  std::erase_if(waiting_, [&](waiting& x) {
    if (!culprits_.paused(x.batch.host, now))
      return false;
    paused.add(std::move(x.batch), std::move(x.answer));
    return true;
  });
  refuse(paused,
         {ec::store_unreachable, "this host's last batches could not be written and held up the "
                                 "other hosts'; the host is tried again in some seconds"});
}

void write_queue::answer(waiting_answer&& to, write_answer&& with) {
  ++answered_;
  to.promise.deliver(std::move(with));
}

void write_queue::refuse(write_group& group, const failure& why) {
  for (auto& x : std::exchange(group, {}).answers) {
    ++answered_;
    if (x.promise.pending())
      x.promise.deliver(write_answer{.ok = false, .why = why, .summary = {}});
  }
}

void write_queue::refuse_all(const failure& why) {
  write_group all;
  for (auto& x : std::exchange(waiting_, {}))
    all.add(std::move(x.batch), std::move(x.answer));
  refuse(all, why);
}

void write_queue::check() const {
  invariant(received_ == answered_ + waiting_.size(),
            "each batch that came to the store is answered or waits");
}

} // namespace volumeviz
