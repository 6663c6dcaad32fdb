#include "actors/fleet/hub_session.hpp"

#include "actors/fleet/error_text.hpp"

#include <chrono>
#include <utility>

namespace volumeviz {

namespace {

// Longer than the store takes for whatever waits before it; it only fires when the store hangs.
constexpr auto store_limit = std::chrono::minutes{1};

} // namespace

hub_session::hub_session(interface::pointer self, hub_session_parts parts)
    : self_(self), parts_(std::move(parts)) {
}

hub_session::interface::behavior_type hub_session::make_behavior() {
  self_->monitor(parts_.agent);
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (down.source == caf::actor_cast<caf::actor_addr>(parts_.agent))
      self_->quit(down.reason);
  });
  return {
      [this](link_piece& piece) { return take(piece); },
      [this](const link_pulse& pulse) { return heard(pulse); },
  };
}

hub_session::place hub_session::find_place() const {
  if (!parts_.room->enter())
    return nullptr;
  return {parts_.room.get(), [room = parts_.room](admission* x) { x->leave(); }};
}

caf::result<write_answer> hub_session::take(link_piece& piece) {
  if (piece.token != parts_.token)
    return refusal("this session belongs to somebody else");
  auto where = piece.last ? find_place() : nullptr;
  if (piece.last && !where) {
    parts_.numbers->link_refused();
    return write_answer{
        .ok = false, .why = {ec::queue_full, "too much waits for the database"}, .summary = {}};
  }
  parts_.numbers->link_piece();
  const auto seq = piece.seq;
  auto whole = pieces_.add(std::move(piece));
  if (!whole)
    return write_answer{.ok = false, .why = whole.error(), .summary = {}};
  if (!*whole)
    return write_answer{.ok = true, .why = {}, .summary = {}};
  return store(seq, std::move(**whole), std::move(where));
}

caf::result<write_answer> hub_session::store(std::uint64_t seq, change_batch&& batch, place where) {
  batch.host = parts_.host;
  auto answer = self_->make_response_promise<write_answer>();
  self_->request(parts_.store, store_limit, std::move(batch))
      .then(
          [this, seq, answer, where](write_answer& written) mutable {
            if (written.ok)
              self_->send(parts_.roster, atom::verified_v, parts_.number, seq);
            answer.deliver(std::move(written));
          },
          [answer](const caf::error&) mutable {
            answer.deliver(write_answer{
                .ok = false,
                .why = {ec::store_unreachable, "the hub's inventory store did not answer"},
                .summary = {}});
          });
  return answer;
}

caf::result<bool> hub_session::heard(const link_pulse& pulse) {
  if (pulse.token != parts_.token)
    return refusal("this session belongs to somebody else");
  self_->send(parts_.roster, atom::heard_v, parts_.number, pulse);
  return true;
}

} // namespace volumeviz
