// How a batch gets to the hub: piece by piece, and its answer back to the handler.

#include "actors/fleet/error_text.hpp"
#include "actors/fleet/hub_link.hpp"
#include "sync/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// Above what the hub's database may take for a call, with others before it.
constexpr auto chunk_limit = 20s;

// How long a full hub is asked again before the batch is given up. Its handler looks anew then.
constexpr auto full_min = 50ms;
constexpr auto full_max = 1s;
constexpr auto full_limit = 10s;

} // namespace

caf::result<write_answer> hub_link::take(change_batch& batch) {
  if (!batch.facts.engine_id.empty()) {
    engine_id_ = batch.facts.engine_id;
    engine_version_ = batch.facts.engine_version;
  }
  auto answer = self_->make_response_promise<write_answer>();
  if (tried_)
    send(std::move(batch), answer);
  else
    early_.emplace_back(std::move(batch), answer);
  return answer;
}

void hub_link::send(change_batch&& batch, promise answer) {
  if (!session_) {
    answer.deliver(write_answer{.ok = false, .why = away(), .summary = {}});
    return;
  }
  const auto topics = sync::topics_of(batch);
  give_up_older(topics);
  const auto seq = ++*parts_.last_seq;
  const auto now = self_->clock().now();
  auto rejected = sync::remove_oversized(batch, parts_.resource_bytes);
  under_way_.emplace(seq, outgoing{.topics = topics,
                                   .chunks = sync::cut(std::move(batch), parts_.chunk_bytes),
                                   .answer = answer,
                                   .began = now,
                                   .sent = now,
                                   .waits = {full_min, full_max, parts_.seed + seq},
                                   .rejected = std::move(rejected)});
  send_chunk(seq);
}

/// A handler has one batch under way: whoever sent the older one has died, or waits for it no more.
/// Whatever of it the hub has as a whole is written first; what is still to be sent, or was refused
/// and is to be tried again, would be written after the newer one.
void hub_link::give_up_older(const sync::batch_topics& topics) {
  std::vector<std::uint64_t> older;
  for (const auto& [seq, x] : under_way_)
    if (x.topics.shares(topics))
      older.push_back(seq);
  for (const auto seq : older)
    finish(seq, {.ok = false,
                 .why = {ec::store_unreachable, "a later look overtook this batch"},
                 .summary = {}});
}

void hub_link::send_chunk(std::uint64_t seq) {
  const auto found = under_way_.find(seq);
  if (found == under_way_.end() || !session_)
    return;
  auto& x = found->second;
  x.sent = self_->clock().now();
  link_chunk chunk{.token = token_,
                   .seq = seq,
                   .index = x.next,
                   .last = x.next + 1 == x.chunks.size(),
                   .part = x.chunks[x.next]};
  self_->request(session_, chunk_limit, std::move(chunk))
      .then([this, seq](write_answer& answer) { chunk_answered(seq, answer); },
            [this, seq](const caf::error& why) {
              failure silent{ec::store_unreachable,
                             fmt::format("the hub at {} did not answer for a batch: {}", hub_name(),
                                         text_of(self_->system(), why))};
              sync::bound(silent);
              finish(seq, {.ok = false, .why = std::move(silent), .summary = {}});
            });
}

void hub_link::chunk_answered(std::uint64_t seq, write_answer& answer) {
  const auto found = under_way_.find(seq);
  if (found == under_way_.end())
    return;
  auto& x = found->second;
  sync::bound(answer.why);
  if (!answer.ok && answer.why.code == ec::queue_full) {
    hub_is_full(seq, x);
    return;
  }
  const std::chrono::duration<double> took = self_->clock().now() - x.sent;
  parts_.numbers->hub_round_trip(took);
  if (answer.ok && x.next + 1 < x.chunks.size()) {
    x.chunks[x.next++] = {};
    send_chunk(seq);
    return;
  }
  if (answer.ok)
    *parts_.acked = std::max(*parts_.acked, seq);
  if (answer.ok || answer.summary.locked_out)
    noted_lock(answer.ok ? failure{} : answer.why);
  finish(seq, std::move(answer));
}

void hub_link::hub_is_full(std::uint64_t seq, outgoing& x) {
  parts_.numbers->hub_refused();
  if (self_->clock().now() - x.began > full_limit)
    finish(seq, {.ok = false,
                 .why = {ec::store_unreachable,
                         fmt::format("the hub at {} had no room for a batch for {} s", hub_name(),
                                     full_limit.count())},
                 .summary = {}});
  else
    self_->delayed_send(self_, x.waits.next(), atom::dial_v, seq);
}

void hub_link::finish(std::uint64_t seq, write_answer answer) {
  const auto found = under_way_.find(seq);
  if (found == under_way_.end())
    return;
  auto promised = std::move(found->second.answer);
  auto& to = answer.summary.rejected;
  if (answer.ok)
    to.insert(to.end(), found->second.rejected.begin(), found->second.rejected.end());
  under_way_.erase(found);
  promised.deliver(std::move(answer));
}

} // namespace volumeviz
