#include "tests/simulation/model_daemon.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;
using std::chrono::floor;
using std::chrono::seconds;

namespace {

/// Asks the model as the program's own client asks a daemon. A hung daemon has made the caller wait
/// before: see simulation::judge.
class model_client final : public docker::client {
public:
  explicit model_client(std::shared_ptr<model_daemon> of) : of_(std::move(of)) {}

  result<daemon_identity> identify(docker::deadline) override {
    return answer<daemon_identity>(question::identify, [this] { return of_->identity(); });
  }

  result<docker::volume_listing> list_volumes(docker::deadline) override {
    return answer<docker::volume_listing>(question::list_volumes, [this] {
      docker::volume_listing listing;
      if (of_->plugin_down)
        listing.warnings.push_back("list plugin: connection refused");
      std::set<std::string> unclear; // drivers of entries without a name
      for (const auto& [name, x] : of_->volumes) {
        const auto* state = x.shown(of_->runs.now());
        const auto away = of_->plugin_down || of_->plugin_absent;
        if (state == nullptr || (away && state->driver == "plugin"))
          continue;
        if (!of_->is_malformed(name)) {
          listing.volumes.push_back(*state);
          continue;
        }
        const auto keyless = of_->malformed.at(name).keyless;
        if (keyless)
          unclear.insert(state->driver);
        listing.left_out.push_back({.position = 1,
                                    .key = keyless ? "" : name,
                                    .driver = state->driver,
                                    .why = "its name is empty"});
      }
      for (const auto& [name, x] : of_->volumes) {
        const auto there = x.shown(of_->runs.now()) != nullptr;
        const auto named =
            std::ranges::find(listing.volumes, name, &volume::name) != listing.volumes.end();
        const auto unsaid = [&](const volume& v) {
          return unclear.contains(v.driver) || (of_->plugin_absent && v.driver == "plugin");
        };
        if (named || (!there && !of_->plugin_down && !x.ever(unsaid)))
          of_->say(of_->said_volumes, name, named);
      }
      return result<docker::volume_listing>{std::move(listing)};
    });
  }

  result<docker::container_listing> list_containers(docker::deadline) override {
    return answer<docker::container_listing>(question::list_containers, [this] {
      docker::container_listing listing;
      const auto keyless = [this](const auto& x) {
        const auto* state = x.second.shown(of_->runs.now());
        return state != nullptr && of_->is_malformed(x.first) && of_->malformed.at(x.first).keyless;
      };
      const auto unclear = std::ranges::any_of(of_->containers, keyless);
      for (const auto& [id, x] : of_->containers) {
        const auto* state = x.shown(of_->runs.now());
        if (state != nullptr ? !of_->is_malformed(id) : !unclear)
          of_->say(of_->said_containers, id, state != nullptr);
        if (state == nullptr)
          continue;
        if (of_->is_malformed(id)) {
          listing.left_out.push_back({.position = 1,
                                      .key = of_->malformed.at(id).keyless ? "" : id,
                                      .driver = {},
                                      .why = "its state is missing"});
          continue;
        }
        // No times in a list, but an age in whole seconds, by the daemon's clock of this moment.
        auto shown = *state;
        const auto moved = std::max(state->started_at, state->finished_at);
        const nanoseconds age{moved == never ? 0 : std::max<timestamp>(of_->now() - moved, 0)};
        shown.unchanged_for = nanoseconds{floor<seconds>(age)}.count();
        shown.started_at = shown.finished_at = never;
        shown.from_inspect = false;
        listing.containers.push_back(shown);
      }
      return result<docker::container_listing>{std::move(listing)};
    });
  }

  result<std::optional<volume>> inspect_volume(const std::string& name, docker::deadline) override {
    using found = result<std::optional<volume>>;
    return answer<std::optional<volume>>(question::inspect_volume, [&]() -> found {
      const auto i = of_->volumes.find(name);
      const auto* state = i == of_->volumes.end() ? nullptr : i->second.shown(of_->runs.now());
      const auto away = of_->plugin_down || of_->plugin_absent;
      if (state != nullptr && away && state->driver == "plugin")
        return fail(ec::docker_refused, "error looking up volume plugin: not found");
      if (state != nullptr)
        if (auto other = of_->crippled_answer<volume>(name))
          return *other;
      if (state != nullptr && of_->is_malformed(name))
        return fail(ec::docker_malformed, "its name is empty");
      of_->say(of_->said_volumes, name, state != nullptr);
      return state != nullptr ? std::optional{*state} : std::nullopt;
    });
  }

  result<std::optional<container>> inspect_container(const std::string& id,
                                                     docker::deadline) override {
    using found = result<std::optional<container>>;
    return answer<std::optional<container>>(question::inspect_container, [&]() -> found {
      const auto i = of_->containers.find(id);
      // A ghost is known to lists only; what is gone is gone.
      if (i != of_->containers.end() && i->second.shown(of_->runs.now()) != nullptr)
        if (auto other = of_->crippled_answer<container>(id)) {
          if (*other) {
            of_->say(of_->said_containers, id, false);
            of_->said_containers[id].by_ghost = true;
          }
          return *other;
        }
      const container* state = nullptr;
      // An inspect waits for the container's lock and so lags less than a list.
      if (i != of_->containers.end())
        state = of_->runs.one_in(3) ? i->second.shown(of_->runs.now()) : i->second.now();
      if (state != nullptr && of_->is_malformed(id))
        return fail(ec::docker_malformed, "its state is missing");
      of_->say(of_->said_containers, id, state != nullptr);
      return state != nullptr ? std::optional{*state} : std::nullopt;
    });
  }

  result<docker::past_events> events_between(timestamp since, timestamp until,
                                             docker::deadline limit) override {
    using found = result<docker::past_events>;
    return answer<docker::past_events>(question::events, [&]() -> found {
      if (since > until)
        return fail(ec::docker_refused, "since is after until");
      // A daemon waits for a moment in its future.
      const nanoseconds ahead{until - of_->now()};
      if (ahead > limit)
        return fail(ec::docker_timeout, "the daemon did not answer in time");
      if (ahead > 0ns)
        of_->runs.elapse(ahead);
      auto answer = of_->remembered(since, until);
      answer.continued = std::exchange(process_, of_->process) == of_->process;
      return answer;
    });
  }

  void stop() noexcept override { stopped_ = true; }

private:
  template <class Answer, class Make>
  result<Answer> answer(question what, Make make) {
    if (stopped_)
      return fail(ec::cancelled, "the client was stopped");
    of_->meanwhile(false);
    if (auto why = of_->fails(what))
      return tl::unexpected{std::move(*why)};
    result<Answer> made = make();
    of_->meanwhile(true);
    return made;
  }

  std::shared_ptr<model_daemon> of_;
  std::optional<unsigned> process_; ///< that gave the last answer about events
  bool stopped_ = false;
};

} // namespace

std::optional<failure> model_daemon::fails(question what) {
  if (down)
    return failure{ec::docker_unreachable, "connection refused"};
  if (hung)
    return failure{ec::docker_timeout, "the daemon did not answer in time"};
  auto& x = troubles[static_cast<std::size_t>(what)];
  if (x.times == 0)
    return std::nullopt;
  --x.times;
  return failure{x.code, "trouble on purpose"};
}

result<daemon_identity> model_daemon::identity() {
  using names = std::vector<std::string>;
  if (auto why = fails(question::identify))
    return tl::unexpected{std::move(*why)};
  const auto podman = habits.speaks == dialect::podman;
  return daemon_identity{.api_version = "1.41",
                         .engine_id = "model",
                         .engine_version = podman                               ? "4.3.1"
                                           : habits.speaks == dialect::docker20 ? "20.10.24"
                                                                                : "26.1.5",
                         .podman = podman,
                         .daemon_time = now(),
                         .local_time = our_clock_(),
                         .volume_drivers =
                             plugin_absent ? names{"local"} : names{"local", "plugin"}};
}

std::unique_ptr<docker::client> model_daemon::make_client() {
  return std::make_unique<model_client>(shared_from_this());
}

} // namespace volumeviz::simulation
