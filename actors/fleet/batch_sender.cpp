#include "actors/fleet/batch_sender.hpp"

#include "actors/fleet/error_text.hpp"
#include "runtime/invariant.hpp"
#include "sync/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// Longer than one call to the hub's database may take, with other hosts' batches before this one.
constexpr auto chunk_limit = 20s;

} // namespace

batch_sender::batch_sender(hub_link_actor::pointer self, context_ptr context,
                           const hub_link_parts& parts, lock_callback on_lock)
    : self_(self), context_(std::move(context)), parts_(parts), on_lock_(std::move(on_lock)),
      batches_(parts.limits, context_->seed) {
}

batch_sender::~batch_sender() {
  // CAF 0.17 sends no answer for a promise that is dropped.
  for (auto& [batch, answer] : early_)
    answer.deliver(
        write_answer{.ok = false,
                     .why = {ec::store_unreachable,
                             "the link to the hub at " + text::to_string(parts_.hub) + " died"},
                     .summary = {}});
  for (auto& [seq, answer] : promises_)
    answer.deliver(
        write_answer{.ok = false,
                     .why = {ec::internal, "the link to the hub died before the hub had answered"},
                     .summary = {}});
}

caf::result<write_answer> batch_sender::take(change_batch& batch) {
  auto answer = self_->make_response_promise<write_answer>();
  if (session_ || !unreachable_.text.empty())
    send(std::move(batch), answer);
  else
    early_.emplace_back(std::move(batch), answer);
  return answer;
}

void batch_sender::connected(const hub_session_actor& session, const std::string& token) {
  session_ = session;
  token_ = token;
  send_early();
}

void batch_sender::disconnected(const failure& why) {
  session_ = nullptr;
  token_.clear();
  unreachable_ = why;
  batches_.clear();
  for (auto& [seq, answer] : std::exchange(promises_, {}))
    answer.deliver(write_answer{.ok = false, .why = why, .summary = {}});
  send_early();
}

void batch_sender::send_early() {
  for (auto& [batch, answer] : std::exchange(early_, {}))
    send(std::move(batch), answer);
}

void batch_sender::send(change_batch&& batch, promise answer) {
  if (!session_) {
    answer.deliver(write_answer{.ok = false, .why = unreachable_, .summary = {}});
    return;
  }
  const auto seq = ++*parts_.last_seq;
  for (const auto older : batches_.add(seq, std::move(batch), self_->clock().now()))
    fail(older, {ec::store_unreachable, "superseded by a newer observation"});
  promises_.emplace(seq, std::move(answer));
  send_chunk(seq);
}

void batch_sender::send_chunk(std::uint64_t seq) {
  if (!session_)
    return;
  auto chunk = batches_.chunk_to_send(seq, self_->clock().now());
  if (!chunk)
    return;
  chunk->token = token_;
  self_->request(session_, chunk_limit, std::move(*chunk))
      .then([this, seq](write_answer& answer) { chunk_answered(seq, answer); },
            [this, seq](const caf::error& why) {
              failure silent{ec::store_unreachable,
                             fmt::format("the hub at {} did not answer a batch: {}",
                                         text::to_string(parts_.hub),
                                         text_of(self_->system(), why))};
              sync::bound(silent);
              if (batches_.end(seq))
                fail(seq, std::move(silent));
            });
}

void batch_sender::chunk_answered(std::uint64_t seq, write_answer& answer) {
  using step = sync::outgoing_batches::step;
  sync::bound(answer.why);
  auto next = batches_.answered(seq, std::move(answer), self_->clock().now());
  if (next.round_trip)
    context_->numbers->hub.round_trip.observe(*next.round_trip);
  switch (next.what) {
  case step::nothing:
    break;
  case step::send:
    send_chunk(seq);
    break;
  case step::send_later:
    context_->numbers->hub.refusals.add();
    self_->delayed_send(self_, next.wait, atom::dial_v, seq);
    break;
  case step::fail_as_full:
    context_->numbers->hub.refusals.add();
    fail(seq,
         {ec::store_unreachable,
          fmt::format("the queue of the hub at {} was full for {} s", text::to_string(parts_.hub),
                      std::chrono::ceil<std::chrono::seconds>(parts_.limits.full_limit).count())});
    break;
  case step::complete:
    deliver(seq, std::move(next.answer));
    break;
  }
}

void batch_sender::deliver(std::uint64_t seq, write_answer&& answer) {
  invariant(seq <= *parts_.last_seq, "the hub acknowledges only batches that were sent");
  auto promised = promises_.extract(seq);
  invariant(!promised.empty(), "each batch in flight has one handler that waits for it");
  if (answer.ok)
    *parts_.acked = std::max(*parts_.acked, seq);
  if (answer.ok || answer.summary.locked_out)
    on_lock_(answer.ok ? failure{} : answer.why);
  promised.mapped().deliver(std::move(answer));
}

void batch_sender::fail(std::uint64_t seq, failure why) {
  deliver(seq, {.ok = false, .why = std::move(why), .summary = {}});
}

} // namespace volumeviz
