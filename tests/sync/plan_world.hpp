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

/// A daemon with a few containers, a database, and a handler that does what a work_plan says, in
/// virtual time. The tape decides what goes wrong: the API lags behind the events; events come
/// late, twice, out of order or not at all (then the kind is listed); fetches take time and fail in
/// every way. Throws std::runtime_error with a sentence as soon as the plan breaks a promise.
class plan_world {
public:
  plan_world(const work_limits& limits, std::vector<std::uint16_t> decisions);

  /// Runs `changes` changes of containers, then until nothing is pending.
  void run(unsigned changes);

private:
  struct change {
    time_point at;
    /// When the API shows it.
    time_point visible;
    /// No value: the container is gone.
    std::optional<std::uint64_t> version;
  };
  using state = std::map<std::string, std::uint64_t>;
  using action = std::function<void()>;

  void at(time_point when, action what) { agenda_.emplace(when, std::move(what)); }
  void schedule_change(time_point when);
  void change_something();
  void emit_event(const char* word, const std::string& key);
  void deliver(const docker_event& event);
  void add_barrier();

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
  /// From then on nothing fails.
  time_point calm_{};
  std::multimap<time_point, action> agenda_;

  std::vector<std::string> keys_;
  std::map<std::string, std::vector<change>> history_;
  /// The times of changes whose event, or the loss of it, has not reached the plan.
  std::multiset<time_point> unmarked_;
  state database_;

  /// What the fetch in flight has seen.
  std::map<std::string, std::optional<std::uint64_t>> observed_;
  /// The list before was held back.
  bool held_back_ = false;
  bool idle_once_ = false;
  std::uint64_t last_version_ = 0;
  std::uint64_t last_run_ = 0;
  std::uint64_t answered_run_ = 0;
  std::uint64_t marked_ = 0;
  std::uint64_t completed_ = 0;
  unsigned fetches_ = 0;
};

} // namespace volumeviz::sync::testing
