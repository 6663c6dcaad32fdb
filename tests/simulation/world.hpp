#pragma once

#include "actors/node/node.hpp"
#include "tests/simulation/fleet.hpp"
#include "tests/simulation/history_defects.hpp"
#include "tests/simulation/machine.hpp"
#include "tests/simulation/model_daemon.hpp"
#include "tests/simulation/model_session.hpp"
#include "tests/simulation/oracle.hpp"
#include "tests/simulation/schedule.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::simulation {

class history_checks;
class history_database;

/// A node that differs from the real one. The simulation must notice the difference.
struct variant {
  std::string name;
  /// Other settings.
  std::function<void(node_parts&)> node;
  /// The node's view of the daemon; null: the daemon itself.
  std::function<std::shared_ptr<docker::daemon>(const std::shared_ptr<model_daemon>&)> access;
  /// The node's view of the database; null: the database itself.
  std::function<std::shared_ptr<persistence::store>(const std::shared_ptr<persistence::store>&)>
      store;
  forgotten_rules cache;
  /// Of a schedule with a history.
  history_defects history{};
  /// Changes each of its schedules.
  std::function<void(schedule&)> always;
  std::function<void(model_daemon&)> daemon;
  /// The stream is read only while no message waits in a mailbox.
  bool reader_waits = false;
  /// Of a fleet.
  tampering link;
  /// False: the stream is not audited, so nothing is verified.
  bool proves = true;
};

/// How a schedule ended.
struct outcome {
  /// The broken promise; empty when all were kept.
  std::string broken;
  /// From the end of all troubles until the rows were right.
  nanoseconds until_right{0};
  std::uint64_t turns = 0;
  /// How often the node was started.
  unsigned processes = 0;
  bool operator==(const outcome&) const = default;
};

/// Runs one schedule: a daemon, a database and a node in virtual time, until all troubles are over
/// and everything is right, or until a promise is broken.
class world {
public:
  world(machine& runs, const schedule& what, const variant& node = {});
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  outcome run();
  /// Prints what happens, with the node's own log.
  void narrate() { narrating_ = true; }

private:
  struct life {
    node_handles node;
    std::shared_ptr<metrics::catalogue> numbers;
    bool over = false;
    /// The metrics aggregator died with the reports in its mailbox.
    bool lost_numbers = false;
  };
  /// The longest time until the rows are right when nothing goes wrong: the API's lag, the delayed
  /// recheck, and one more second.
  static constexpr milliseconds prompt{3'000};

  struct killing {
    unsigned whom, at, again, times;
  };

  void make_database();
  void committed(const std::vector<change_batch>& batches, const std::vector<write_summary>& done);
  std::shared_ptr<persistence::store> make_store() const;
  void start_fleet();
  const std::string& called(const actor_slot& who) const;
  void start_node();
  void node_died(const caf::error& why);
  void live_through_steps();
  void go_quiet();
  void heal();
  void broken(const std::string& promise);
  timestamp our_time() const { return clock_.at(runs_.now()); }
  void tell(const std::string& what) const;

  // What happens; world_steps.cpp.
  void happen(const step& x);
  void happen_inside(moment when);
  void happen_late();
  bool happen_in_the_world(const step& x);
  void happen_to_the_daemon(const step& x);
  void happen_to_the_node(const step& x);
  void watch_turns();
  turn judge(actor_slot& who);

  // Of the world; world_changes.cpp.
  static std::string volume_in(unsigned place);
  std::string container_in(unsigned place) const;
  void create_volume(unsigned place);
  void remove_volume(unsigned place);
  void prune_volumes();
  void create_container(unsigned place, unsigned volumes);
  void start_container(unsigned place);
  void stop_container(unsigned place, bool by_itself);
  void remove_container(unsigned place);
  void rename_container(unsigned place);
  void pause_container(unsigned place);
  void prune_containers();
  bool in_use(const std::string& volume) const;
  nanoseconds lag(std::uint64_t most_ms);
  void later(nanoseconds after, std::function<void()> what);

  // Of the world, too; world_troubles.cpp.
  void burst(unsigned place, unsigned count);
  void chatter(unsigned count);
  void damage(unsigned place, unsigned sort);
  void cripple(unsigned place, unsigned how, nanoseconds span);
  void malform(unsigned place, unsigned sort, nanoseconds span);
  void lose_plugin(nanoseconds span, bool lasting);
  void forget_plugin_volumes();
  void find_plugin();
  void change_without_event(unsigned n);
  void remove_without_event(unsigned place);

  // Of the database; world_database.cpp.
  void happen_to_the_database(const step& x);
  void tamper(unsigned place, unsigned how);
  void restore(unsigned commits, bool files);
  void record_tampering(const support::memory_rows& before);
  void end_process();
  void follow_history();
  void judge_history();
  void reconcile_tampered();

  // What has to be right; world_checks.cpp.
  void check_claim();
  std::optional<std::string> not_right_yet();
  void demand_prompt();
  template <class T, class Handle, class Word>
  std::optional<T> ask(const Handle& whom, Word word);

  machine& runs_;
  const schedule schedule_;
  const variant variant_;
  clock_history clock_;
  std::shared_ptr<model_daemon> daemon_;
  std::shared_ptr<model_store> store_;           ///< null: `recorded_` is the database
  std::shared_ptr<history_database> recorded_;   ///< with a history
  std::shared_ptr<simulated_database> database_; ///< one of the two
  std::unique_ptr<fleet> fleet_;                 ///< null: the node has the database to itself
  oracle oracle_;
  std::unique_ptr<history_checks> history_; ///< null: without one
  std::shared_ptr<spdlog::logger> log_;
  std::unique_ptr<life> life_;
  std::shared_ptr<admission> queue_; ///< once known
  std::string broken_;
  bool narrating_ = false;
  bool plugin_lasts_ = false;         ///< it is never found again
  bool troubled_ = false;             ///< something went wrong in this schedule
  bool queue_was_full_ = false;       ///< so events may have been dropped
  bool reader_stalled_ = false;       ///< so that the daemon may be held up
  bool needs_reconciliation_ = false; ///< rows were changed, and the node can't know
  bool reading_ = false;              ///< in the part of the reading thread
  unsigned defects_in_clock_ = 0, defects_in_calls_ = 0;
  nanoseconds quiet_since_{-1};
  nanoseconds started_at_{0}, last_happened_{0};
  std::vector<step> inside_;
  std::map<std::string, nanoseconds> delayed_until_;
  std::map<std::string, nanoseconds> hung_until_;
  std::vector<killing> killings_;
  std::map<unsigned, unsigned> generation_; ///< of the container in a place
  unsigned volumes_made_ = 0, renames_ = 0, times_down_ = 0, hangs_ = 0, processes_ = 0;
  unsigned locks_lost_ = 0;
};

/// Runs one schedule of the real node or of a variant.
outcome live(machine& by, const schedule& what, const variant& node = {}, bool narrate = false);

} // namespace volumeviz::simulation
