#include "actors/inventory/docker_fetcher.hpp"

#include "sync/kept_rows.hpp"
#include "sync/left_out.hpp"

#include <algorithm>
#include <chrono>
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
constexpr docker::deadline identify_limit = 4s;
// After this many timeouts in one request, the daemon hangs and not a resource.
constexpr std::size_t timeouts_max = 2;

} // namespace

observation docker_fetcher::fetch(const fetch_request& what) {
  auto volumes = what.kind == resource_kind::volume;
  if (what.list)
    return volumes ? list_volumes(what.drivers) : list_containers();
  if (volumes)
    return inspect_all(
        what, [this](const auto& key) { return client_.inspect_volume(key, limit_); },
        [](observation & x) -> auto& { return x.batch.volumes; });
  return inspect_all(
      what, [this](const auto& key) { return client_.inspect_container(key, limit_); },
      [](observation & x) -> auto& { return x.batch.containers; });
}

observation docker_fetcher::list_volumes(bool name_drivers) {
  observation answer;
  if (name_drivers)
    answer.drivers = volume_drivers();
  auto listing = client_.list_volumes(list_limit);
  if (!listing) {
    answer.why = listing.error();
    return answer;
  }
  answer.ok = true;
  answer.batch.volumes.listed = std::move(listing->volumes);
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
std::vector<std::string> docker_fetcher::volume_drivers() {
  auto daemon = client_.identify(identify_limit);
  return daemon ? std::move(daemon->volume_drivers) : std::vector<std::string>{};
}

observation docker_fetcher::list_containers() {
  observation answer;
  auto listing = client_.list_containers(list_limit);
  if (!listing) {
    answer.why = listing.error();
    return answer;
  }
  answer.ok = true;
  answer.batch.containers.listed = std::move(listing->containers);
  answer.batch.containers.complete = true;
  answer.left_out = std::move(listing->left_out);
  sync::spare(answer.left_out, answer.batch.containers);
  return answer;
}

template <class Inspect, class Observed>
observation docker_fetcher::inspect_all(const fetch_request& what, Inspect inspect,
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
    auto one = inspect(key);
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

docker::deadline docker_fetcher::next_limit(bool brief) const {
  return std::clamp(brief ? patience * usual_ : std::max(patience * usual_, doubled_),
                    inspect_limit_least, inspect_limit_most);
}

void docker_fetcher::adapt_limit(const fetch_request& what, const failure* why,
                                 docker::deadline took) {
  if (why == nullptr) {
    usual_ = took;
    doubled_ = {};
  } else if (why->code == ec::docker_timeout && !what.brief) {
    doubled_ = 2 * limit_;
  }
}

} // namespace volumeviz
