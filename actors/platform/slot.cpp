#include "actors/platform/slot.hpp"

namespace volumeviz {

namespace {

const char* to_string(actor_state state) noexcept {
  switch (state) {
  case actor_state::stopped:
    return "stopped";
  case actor_state::running:
    return "running";
  case actor_state::restarting:
    return "restarting";
  }
  return "stopped";
}

} // namespace

actor_report actor_slot::report() const {
  return {.name = name,
          .parent = parent ? parent->name : "",
          .state = to_string(state.load()),
          .restarts = restarts.load(),
          .mailbox = mailbox.load(),
          .mailbox_limit = limit ? limit->limit() : 0,
          .handled = handled.load(),
          .dropped = dropped.load(),
          .busy_ms = busy_ns.load() / 1'000'000};
}

} // namespace volumeviz
