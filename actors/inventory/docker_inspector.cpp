#include "actors/inventory/docker_inspector.hpp"

#include <utility>

namespace volumeviz {

namespace {

constexpr docker::deadline call_limit = std::chrono::seconds{4};

} // namespace

docker_inspector::docker_inspector(interface::pointer, context_ptr context, inspector_parts parts)
    : context_(std::move(context)), client_(std::move(parts.client), context_->numbers),
      fetcher_(client_) {
}

docker_inspector::interface::behavior_type docker_inspector::make_behavior() {
  return {
      [this](const fetch_request& what) { return fetch(what); },
      [this](const audit_request& what) { return audit(what); },
      [this](atom::identify) { return identify(); },
  };
}

/// A daemon may take seconds to answer, and what it shows may have changed meanwhile. What its
/// answer shows has changed before the answer was there.
observation docker_inspector::fetch(const fetch_request& what) {
  auto seen = fetcher_.fetch(what);
  seen.batch.observed_at = context_->now();
  return seen;
}

audit_answer docker_inspector::audit(const audit_request& what) {
  auto events = client_.events_between(what.since, what.until, call_limit);
  if (!events)
    return {.ok = false, .why = events.error(), .events = {}, .stamps = {}};
  return {.ok = true,
          .why = {},
          .events = std::move(events->events),
          .stamps = std::move(events->stamps),
          .all = events->all,
          .answered_at = events->answered_at,
          .continued = events->continued};
}

failure docker_inspector::identify() {
  auto daemon = client_.identify(call_limit);
  return daemon ? failure{} : daemon.error();
}

} // namespace volumeviz
