#include "messages/reconcile.hpp"

namespace volumeviz {

const char* to_string(reconcile_scope scope) noexcept {
  switch (scope) {
  case reconcile_scope::full:
    return "full";
  case reconcile_scope::volumes:
    return "volumes";
  case reconcile_scope::containers:
    return "containers";
  }
  return "full";
}

const char* to_string(list_reason reason) noexcept {
  switch (reason) {
  case list_reason::start:
    return "start";
  case list_reason::reconnect:
    return "reconnect";
  case list_reason::overflow:
    return "overflow";
  case list_reason::failure:
    return "failure";
  case list_reason::interval:
    return "interval";
  case list_reason::demand:
    return "demand";
  case list_reason::prune:
    return "prune";
  case list_reason::damaged:
    return "damaged";
  case list_reason::escalation:
    return "escalation";
  case list_reason::lost_events:
    return "lost_events";
  case list_reason::doubt:
    return "doubt";
  case list_reason::lost_rows:
    return "lost_rows";
  }
  return "failure";
}

} // namespace volumeviz
