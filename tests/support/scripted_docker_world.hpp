#pragma once

#include "tests/support/scripted_docker.hpp"

#include <condition_variable>
#include <set>
#include <stdexcept>
#include <utility>

namespace volumeviz::support {

/// What one stream has not shown yet.
struct stream_script {
  enum class phase { made, waiting, open, over };
  std::deque<std::function<void(const docker::stream_sinks&)>> acts;
  std::optional<failure> end; ///< once `acts` is empty
  phase at = phase::made;
  bool busy = false; ///< in a sink
  bool stopped = false;
};

/// The state of a scripted_docker. Everything is guarded by `mutex`.
struct scripted_docker::world {
  world(std::function<timestamp()> clock_, std::chrono::nanoseconds skew_)
      : clock(std::move(clock_)), skew(skew_) {}

  const std::function<timestamp()> clock;
  std::chrono::nanoseconds skew;
  mutable std::mutex mutex;
  mutable std::condition_variable changed;

  std::map<std::string, volume> volumes;
  std::map<std::string, container> containers;
  struct entry : docker_event {
    /// False for an event that the filter of the streams holds back.
    bool wanted() const { return !action.empty(); }
  };
  std::deque<entry> ring;
  bool on_streams = true, in_ring = true;
  timestamp last_event = never;

  struct trouble {
    failure why;
    std::optional<unsigned> times;
  };
  std::map<docker_call, trouble> failing;
  std::set<std::string> denied_keys;
  std::map<std::string, failure> failing_keys;
  std::map<docker_call, std::function<void()>> during;
  std::map<docker_call, std::string> throwing;
  std::map<docker_call, std::uint64_t> calls;
  std::vector<std::string> inspected, warnings;
  std::set<std::string> hidden; ///< from lists
  std::set<std::string> absent_drivers;
  std::vector<std::string> named_drivers{"local"}; ///< by /info
  std::map<resource_kind, std::vector<left_out_entry>> left_out;

  std::optional<failure> refusal;
  bool accepting = true;
  std::vector<std::shared_ptr<stream_script>> streams; ///< all that were ever made
  std::uint64_t opened = 0;

  timestamp now() const { return clock() + skew.count(); }
  daemon_identity identity() const {
    return {.api_version = "1.45",
            .engine_id = "scripted",
            .engine_version = "26.1.0",
            .podman = false,
            .daemon_time = now(),
            .local_time = clock(),
            .volume_drivers = named_drivers};
  }
  void show(const std::function<void(const docker::stream_sinks&)>& act) {
    for (const auto& x : streams)
      if (x->at == stream_script::phase::open)
        x->acts.push_back(act);
    changed.notify_all();
  }
  void show(const docker_event& event) {
    show([event](const docker::stream_sinks& sinks) { sinks.event(docker_event{event}); });
  }
  void remember(docker_event event);
  void announce(resource_kind kind, const std::string& action, const std::string& id);
};

std::unique_ptr<docker::client> make_scripted_client(std::shared_ptr<scripted_docker::world> of);
std::unique_ptr<docker::event_stream>
make_scripted_stream(std::shared_ptr<scripted_docker::world> of,
                     const docker::stream_settings& settings);

} // namespace volumeviz::support
