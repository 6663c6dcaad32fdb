#include "actors/inventory/resource_handler.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace volumeviz {

resource_handler::resource_handler(interface::pointer self, context_ptr context,
                                   handler_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)),
      plan_(parts_.limits, context_->seed + static_cast<std::uint64_t>(parts_.kind)),
      completion_(plan_, parts_.limits.list_only),
      reports_(self, context_, parts_, plan_, completion_.kept()),
      cycle_(self, context_, parts_, plan_, completion_, reports_, [this] { advance(); }),
      timer_(self) {
}

resource_handler::interface::behavior_type resource_handler::make_behavior() {
  if (parts_.restarted()) {
    reports_.problems.send_all();
    list(list_reason::lost_events, 0);
  }
  return {
      [this](const docker_event& event) { mark_dirty(event); },
      [this](atom::overflow) { events_were_dropped(); },
      [this](atom::reconcile, list_reason reason, std::uint64_t run_id) { list(reason, run_id); },
      [this](atom::recheck, const std::vector<std::string>& keys) { recheck(keys); },
      [this](atom::barrier, timestamp at) { add_barrier(at); },
      [this](atom::wake) { store_is_back(); },
      [this](atom::work_due, std::uint64_t number) { timer_fired(number); },
      [this](atom::stop) { return finish_and_stop(); },
      [](atom::alive) { return true; },
  };
}

void resource_handler::mark_dirty(const docker_event& event) {
  const auto* meaning = meaning_of(event.kind, event.action);
  if (meaning == nullptr) {
    ++parts_.slot->completed;
    return;
  }
  context_->log->debug("event {} {} {}", meaning->event_type, event.action, event.id);
  reports_.drift.event_came(event, *meaning);
  plan_.mark_dirty(event, *meaning, self_->clock().now());
  advance();
}

void resource_handler::events_were_dropped() {
  // Acknowledge first: an event that is refused from now on sends another overflow message.
  parts_.slot->overflow = false;
  context_->log->warn("events of {0} were dropped because the queue was full; listing all {0}",
                      plural(parts_.kind));
  list(list_reason::overflow, 0);
}

void resource_handler::list(list_reason reason, std::uint64_t run_id) {
  plan_.want_list(reason, run_id, self_->clock().now());
  advance();
}

void resource_handler::recheck(const std::vector<std::string>& keys) {
  for (const auto& key : keys)
    plan_.recheck(key, self_->clock().now());
  advance();
}

void resource_handler::add_barrier(timestamp at) {
  plan_.add_barrier(at);
  reports_.work.verified();
}

void resource_handler::store_is_back() {
  plan_.store_is_back();
  advance();
}

void resource_handler::timer_fired(std::uint64_t number) {
  if (timer_.fired(number))
    advance();
}

caf::result<bool> resource_handler::finish_and_stop() {
  stopping_ = self_->make_response_promise<bool>();
  advance();
  return *stopping_;
}

void resource_handler::advance() {
  const auto now = self_->clock().now();
  reports_.drift.report_due(now);
  cycle_.check_limits(now);
  if (auto next = plan_.begin(now))
    cycle_.begin(std::move(*next));
  else if (stopping_ && stopping_->pending() && may_stop())
    stopping_->deliver(true);
  set_timer(now);
}

void resource_handler::set_timer(sync::time_point now) {
  std::optional<sync::time_point> earliest;
  for (const auto& due : {plan_.next_due(), reports_.drift.next_due(), cycle_.next_due()})
    if (due && (!earliest || *due < *earliest))
      earliest = due;
  if (earliest)
    timer_.arm(std::max(*earliest, now));
}

/// True when all accepted events are completed. While another node writes the rows none can be.
bool resource_handler::may_stop() const {
  const auto status = plan_.status();
  return !status.busy && (status.incomplete_events == 0 || cycle_.locked_out());
}

} // namespace volumeviz
