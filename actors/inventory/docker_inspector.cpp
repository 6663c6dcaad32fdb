#include "actors/inventory/docker_inspector.hpp"

#include "sync/kept_rows.hpp"
#include "sync/left_out.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

// A dead volume plugin delays a list for 15 s; then the daemon answers with the other volumes.
constexpr docker::deadline list_limit = 30s;
// An inspect waits for the container's lock, which a start with a stuck mount may hold for ever. It
// must not delay the other inspects for long: these take one or two milliseconds. Where all
// inspects are slow, the daemon is slow or far away, and gets more time.
constexpr docker::deadline inspect_limit_least = 500ms;
constexpr docker::deadline inspect_limit_most = 2s;
// The deadline is this many times what the last inspect took.
constexpr int patience = 4;
constexpr docker::deadline probe_limit = 4s;
// After this many timeouts in one request, the daemon hangs and not a resource.
constexpr std::size_t timeouts_max = 2;

} // namespace

template <class Call>
auto docker_inspector::timed(metrics::docker_call name, Call call) {
  auto began = std::chrono::steady_clock::now();
  auto answer = call();
  const auto result = answer.has_value() ? metrics::call_result::ok : metrics::call_result::error;
  context_->numbers->docker.calls(name, result).observe(std::chrono::steady_clock::now() - began);
  return answer;
}

docker_inspector::docker_inspector(interface::pointer, context_ptr context, inspector_parts parts)
    : context_(std::move(context)), parts_(std::move(parts)) {
}

docker_inspector::interface::behavior_type docker_inspector::make_behavior() {
  return {
      [this](const fetch_request& what) { return fetch(what); },
      [this](const audit_request& what) { return audit(what); },
      [this](atom::identify) { return identify(); },
  };
}

observation docker_inspector::fetch(const fetch_request& what) {
  auto volumes = what.kind == resource_kind::volume;
  if (what.list)
    return volumes ? list_volumes(what.drivers) : list_containers();
  if (volumes)
    return inspect_all(
        what, [this](const auto& key) { return parts_.client->inspect_volume(key, limit_); },
        [](observation & x) -> auto& { return x.batch.volumes; });
  return inspect_all(
      what, [this](const auto& key) { return parts_.client->inspect_container(key, limit_); },
      [](observation & x) -> auto& { return x.batch.containers; });
}

observation docker_inspector::list_volumes(bool name_drivers) {
  observation answer;
  if (name_drivers)
    answer.drivers = volume_drivers();
  auto listing =
      timed(metrics::docker_call::list, [this] { return parts_.client->list_volumes(list_limit); });
  if (!listing) {
    answer.why = listing.error();
    return answer;
  }
  answer.ok = true;
  answer.batch.volumes.present = std::move(listing->volumes);
  answer.batch.volumes.complete = listing->warnings.empty();
  answer.warnings = std::move(listing->warnings);
  answer.left_out = std::move(listing->left_out);
  // A daemon that was restarted in between may have found a driver only before or after the list.
  if (!answer.drivers.empty()) {
    const auto after = volume_drivers();
    std::erase_if(answer.drivers,
                  [&](const auto& x) { return std::ranges::find(after, x) == after.end(); });
  }
  sync::spare(answer.left_out, answer.batch.volumes);
  sync::spare_by_driver(answer.batch.volumes, answer.drivers);
  return answer;
}

/// The drivers that the daemon names; none if it does not answer.
std::vector<std::string> docker_inspector::volume_drivers() {
  auto daemon = timed(metrics::docker_call::identify,
                      [this] { return parts_.client->identify(probe_limit); });
  return daemon ? std::move(daemon->volume_drivers) : std::vector<std::string>{};
}

observation docker_inspector::list_containers() {
  observation answer;
  auto listing = timed(metrics::docker_call::list,
                       [this] { return parts_.client->list_containers(list_limit); });
  if (!listing) {
    answer.why = listing.error();
    return answer;
  }
  answer.ok = true;
  answer.batch.containers.present = std::move(listing->containers);
  answer.batch.containers.complete = true;
  answer.left_out = std::move(listing->left_out);
  sync::spare(answer.left_out, answer.batch.containers);
  return answer;
}

template <class Inspect, class Observed>
observation docker_inspector::inspect_all(const fetch_request& what, Inspect inspect,
                                          Observed observed) {
  observation answer;
  answer.ok = true;
  auto& found = observed(answer);
  std::size_t timeouts = 0;
  for (const auto& key : what.keys) {
    if (timeouts == timeouts_max) {
      answer.failed.push_back({.key = key, .why = answer.failed.back().why, .asked = false});
      continue;
    }
    const auto began = std::chrono::steady_clock::now();
    limit_ = next_limit(what.brief);
    auto one = timed(metrics::docker_call::inspect, [&] { return inspect(key); });
    adapt_limit(what, one ? nullptr : &one.error(),
                std::chrono::ceil<docker::deadline>(std::chrono::steady_clock::now() - began));
    if (one && *one) {
      found.present.push_back(std::move(**one));
    } else if (one) {
      found.gone.push_back(key);
    } else if (one.error().code == ec::docker_unreachable || one.error().code == ec::cancelled) {
      answer.ok = false;
      answer.why = one.error();
      return answer;
    } else {
      timeouts += one.error().code == ec::docker_timeout ? 1 : 0;
      answer.failed.push_back({.key = key, .why = one.error()});
    }
  }
  return answer;
}

docker::deadline docker_inspector::next_limit(bool brief) const {
  return std::clamp(brief ? patience * usual_ : std::max(patience * usual_, doubled_),
                    inspect_limit_least, inspect_limit_most);
}

void docker_inspector::adapt_limit(const fetch_request& what, const failure* why,
                                   docker::deadline took) {
  if (why == nullptr) {
    usual_ = took;
    doubled_ = {};
  } else if (why->code == ec::docker_timeout && !what.brief) {
    doubled_ = 2 * limit_;
  }
}

audit_answer docker_inspector::audit(const audit_request& what) {
  auto events = timed(metrics::docker_call::events, [&] {
    return parts_.client->events_between(what.since, what.until, probe_limit);
  });
  if (!events)
    return {.ok = false, .why = events.error(), .events = {}, .stamps = {}};
  return {.ok = true,
          .why = {},
          .events = std::move(events->events),
          .stamps = std::move(events->stamps),
          .all = events->all,
          .answered_at = events->answered_at};
}

failure docker_inspector::identify() {
  auto daemon = timed(metrics::docker_call::identify,
                      [this] { return parts_.client->identify(probe_limit); });
  return daemon ? failure{} : daemon.error();
}

} // namespace volumeviz
