#include "actors/fleet/hub_session.hpp"

#include "actors/fleet/error_text.hpp"
#include "runtime/invariant.hpp"
#include "sync/answers.hpp"
#include "sync/fleet.hpp"
#include "sync/slices.hpp"
#include "sync/told.hpp"

#include <chrono>
#include <iterator>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// How many rows of one session may be in the store at a time.
constexpr std::size_t share = 1000;

// An agent has in flight one batch of each handler, one of its host's row, and those that it has
// superseded.
constexpr std::size_t jobs_most = 8;

constexpr auto cleanup_interval = 5s;

write_answer session_over() {
  return {.ok = false, .why = {ec::store_unreachable, "the hub's session ended"}, .summary = {}};
}

} // namespace

hub_session::hub_session(interface::pointer self, context_ptr context, hub_session_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)),
      chunks_(parts_.limits, parts_.memory) {
}

hub_session::~hub_session() {
  // CAF 0.17 sends no answer for a promise that is dropped.
  if (!ending_)
    for (const auto& x : jobs_)
      x->promised.deliver(session_over());
}

hub_session::interface::behavior_type hub_session::make_behavior() {
  self_->monitor(parts_.agent);
  self_->set_down_handler([this](const caf::down_msg& down) {
    if (down.source == caf::actor_cast<caf::actor_addr>(parts_.agent))
      end(down.reason);
  });
  self_->set_exit_handler([this](const caf::exit_msg& exit) { end(exit.reason); });
  self_->delayed_send<caf::message_priority::high>(self_, cleanup_interval, atom::cleanup_due_v);
  return {
      [this](link_chunk& chunk) { return take_chunk(chunk); },
      [this](link_heartbeat& heartbeat) { return take_heartbeat(heartbeat); },
      [this](atom::cleanup_due) {
        self_->delayed_send<caf::message_priority::high>(self_, cleanup_interval,
                                                         atom::cleanup_due_v);
        chunks_.drop_overdue(self_->clock().now());
      },
  };
}

hub_session::place hub_session::reserve_place() const {
  if (jobs_.size() >= jobs_most || !parts_.room->enter())
    return nullptr;
  return {parts_.room.get(), [room = parts_.room](admission* x) { x->leave(); }};
}

caf::result<write_answer> hub_session::take_chunk(link_chunk& chunk) {
  if (auto why = objection(chunk.token); !why.empty())
    return refusal(std::move(why));
  auto where = chunk.last ? reserve_place() : nullptr;
  if (chunk.last && !where) {
    context_->numbers->agents.refused.add();
    return write_answer{.ok = false,
                        .why = {ec::queue_full, "too many batches wait for the hub's database"},
                        .summary = {}};
  }
  context_->numbers->agents.chunks.add();
  const auto seq = chunk.seq;
  auto whole = chunks_.add(std::move(chunk), self_->clock().now());
  if (!whole && whole.error().code == ec::queue_full)
    context_->numbers->agents.refused.add();
  if (!whole)
    return write_answer{.ok = false, .why = whole.error(), .summary = {}};
  if (!*whole)
    return write_answer{.ok = true, .why = {}, .summary = {}};
  return enqueue(seq, std::move(**whole), std::move(where));
}

caf::result<write_answer> hub_session::enqueue(std::uint64_t seq, sync::whole_batch&& whole,
                                               place where) {
  whole.batch.host = parts_.host;
  sync::bound(whole.batch.facts);
  sync::bound_told(whole.batch, context_->now());
  auto slices = sync::slices(std::move(whole.batch), share);
  auto x = std::make_shared<job>();
  x->seq = seq;
  x->slices.assign(std::make_move_iterator(slices.begin()), std::make_move_iterator(slices.end()));
  x->answer.ok = true;
  x->promised = self_->make_response_promise<write_answer>();
  x->where = std::move(where);
  x->held = std::move(whole.held);
  auto answer = x->promised;
  jobs_.push_back(std::move(x));
  ask_store();
  return answer;
}

/// Sends the next slices to the store. A batch's slices go one by one, each after the answer to the
/// one before: after a slice that was refused, no further slice may be written. Small batches go
/// together, as long as their rows fit into the share.
void hub_session::ask_store() {
  for (const auto& x : jobs_) {
    if (x->slices.empty())
      continue;
    const auto rows = sync::rows_of(x->slices.front());
    if (x->asked > 0 || (rows_asked_ > 0 && rows_asked_ + rows > share))
      return;
    ask_store(x);
    if (!x->slices.empty())
      return;
  }
}

void hub_session::ask_store(const std::shared_ptr<job>& x) {
  auto slice = std::move(x->slices.front());
  x->slices.pop_front();
  invariant(slice.host == parts_.host, "a session writes rows of its own host only");
  const auto rows = sync::rows_of(slice);
  rows_asked_ += rows;
  ++x->asked;
  // Without a timeout: while the store hangs, the slice stays in its mailbox and must count. A
  // store that dies answers all that it had.
  self_->request(context_->handles.store, caf::infinite, std::move(slice))
      .then([this, x, rows](write_answer& written) { slice_answered(x, rows, written); },
            [this, x, rows](const caf::error&) {
              write_answer none{
                  .ok = false,
                  .why = {ec::store_unreachable, "the hub's inventory store did not answer"},
                  .summary = {}};
              slice_answered(x, rows, none);
            });
}

void hub_session::slice_answered(const std::shared_ptr<job>& x, std::size_t rows,
                                 write_answer& written) {
  invariant(x->asked > 0 && rows_asked_ >= rows, "the store answers only slices that it was sent");
  rows_asked_ -= rows;
  --x->asked;
  if (ending_) {
    quit_when_done();
    return;
  }
  x->answer.ok = written.ok;
  x->answer.why = std::move(written.why);
  sync::merge(x->answer.summary, std::move(written.summary));
  if (!x->answer.ok || x->answer.summary.refused)
    x->slices.clear();
  answer_finished();
  ask_store();
}

void hub_session::answer_finished() {
  std::erase_if(jobs_, [this](const std::shared_ptr<job>& x) {
    if (x->asked > 0 || !x->slices.empty())
      return false;
    if (x->answer.ok)
      self_->send(parts_.roster, atom::verified_v, parts_.number, x->seq);
    sync::bound_answer(x->answer.summary);
    sync::bound(x->answer.why);
    x->promised.deliver(std::move(x->answer));
    return true;
  });
}

/// Slices in the store's mailbox continue to count until they are answered: that mailbox is not
/// bounded, and an agent that reconnects again and again could otherwise fill the hub's memory.
void hub_session::end(const caf::error& why) {
  if (ending_)
    return;
  ending_ = why;
  // An agent may be admitted many times on one connection, and CAF keeps monitors of ended actors.
  self_->demonitor(caf::actor_cast<caf::actor_addr>(parts_.agent));
  chunks_ = sync::assembly{};
  for (const auto& x : jobs_) {
    x->slices.clear();
    x->promised.deliver(session_over());
  }
  quit_when_done();
}

void hub_session::quit_when_done() {
  std::erase_if(jobs_, [](const std::shared_ptr<job>& x) { return x->asked == 0; });
  if (!jobs_.empty())
    return;
  invariant(rows_asked_ == 0, "without batches no rows are in the store");
  self_->quit(*ending_);
}

/// Why the session refuses a message of the agent; empty: it accepts it.
std::string hub_session::objection(const std::string& token) const {
  if (token != parts_.token)
    return "the token is not the one of this session";
  return ending_ ? "this session has ended" : "";
}

caf::result<bool> hub_session::take_heartbeat(link_heartbeat& heartbeat) {
  if (auto why = objection(heartbeat.token); !why.empty())
    return refusal(std::move(why));
  sync::bound(heartbeat);
  self_->send(parts_.roster, atom::heartbeat_v, parts_.number, heartbeat);
  return true;
}

} // namespace volumeviz
