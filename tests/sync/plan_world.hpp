#pragma once

#include "sync/work_plan.hpp"
#include "tests/sync/decision_tape.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync::testing {

/// A daemon with a few containers, a database, and a handler that does what a work_plan says, all
/// in virtual time and as unlucky as the tape wants: the API lags behind the events, events come
/// late, twice, in the wrong order or not at all (then the kind is listed), looks take time and
/// fail in all the ways there are. Throws std::runtime_error with a sentence as soon as the plan
/// breaks a promise.
class plan_world {
public:
  plan_world(const work_limits& limits, std::vector<std::uint16_t> decisions);

  /// Lives through `changes` changes in the world, then until nothing is left to do.
  void run(unsigned changes);

private:
  struct change {
    time_point at;
    time_point visible;                   ///< when the API shows it
    std::optional<std::uint64_t> version; ///< nothing: the container is gone
  };
  using state = std::map<std::string, std::uint64_t>;
  using action = std::function<void()>;

  void at(time_point when, action what) { agenda_.emplace(when, std::move(what)); }
  void schedule_change(time_point when);
  void change_something();
  void announce(const char* word, const std::string& key);
  void deliver(const docker_event& event);
  void prove();

  void advance();
  void start(const fetch& what);
  void end(const fetch& what);
  void end_keys(const fetch& what);
  void end_list(const fetch& what);
  void store(const std::string& key, const std::optional<std::uint64_t>& version);

  std::optional<std::uint64_t> shown(const std::string& key, time_point when) const;
  state shown_all(time_point when) const;
  bool was_true_since(const std::string& key, time_point since) const;
  void check() const;
  void check_at_the_end() const;
  static timestamp stamp(time_point t);

  decision_tape tape_;
  work_limits limits_;
  work_plan plan_;
  time_point now_{};
  time_point calm_{}; ///< from then on nothing fails
  std::multimap<time_point, action> agenda_;

  std::vector<std::string> keys_;
  std::map<std::string, std::vector<change>> history_;
  std::multiset<time_point> unannounced_; ///< changes whose event has not been noted, nor its loss
  state database_;

  std::map<std::string, std::optional<std::uint64_t>> observed_; ///< by the look under way
  bool doubted_ = false;                                         ///< the list before this was
  bool idle_once_ = false;
  std::uint64_t last_version_ = 0;
  std::uint64_t last_run_ = 0;
  std::uint64_t answered_run_ = 0;
  std::uint64_t noted_ = 0;
  std::uint64_t settled_ = 0;
  unsigned fetches_ = 0;
};

} // namespace volumeviz::sync::testing
