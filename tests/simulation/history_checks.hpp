#pragma once

#include "tests/simulation/history_database.hpp"
#include "tests/simulation/past_oracle.hpp"
#include "tests/simulation/recorded_past.hpp"
#include "tests/simulation/subscribers.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace volumeviz::simulation {

/// Reads the history of a schedule after each commit and judges it, as of the past and as those who
/// follow it see it. Each function returns the first broken promise.
class history_checks {
public:
  using verdict = oracle::verdict;

  history_checks(machine& runs, const model_daemon& daemon, const clock_history& clock,
                 const oracle& rows, history_database& of, std::uint64_t seed,
                 history_defects with);

  /// `tampered`: rows that another client had changed before. `troubled`: something has gone wrong.
  verdict after_commit(const oracle::tampered_rows& tampered, bool troubled);
  verdict after_other_client();
  void after_going_back();
  void node_died() { followers_.lose_the_node(); }
  /// Those who follow do something.
  void go_on() { followers_.act(runs_.now()); }
  /// The history gives the rows, some moments of the past, and each subscriber its changes.
  verdict at_the_end(bool troubled);

private:
  verdict read_changes(const past_oracle::circumstances& at);
  verdict compare_past(bool troubled);
  timestamp some_moment(timestamp first, timestamp last);
  std::optional<std::vector<persistence::change_row>> newer_changes();

  machine& runs_;
  const model_daemon& daemon_;
  const clock_history& clock_;
  history_database& of_;
  const history_defects with_;
  std::minstd_rand random_;
  recorded_past recorded_;
  past_oracle judge_;
  subscribers followers_;
  std::int64_t read_up_to_ = 0;
  timestamp verified_ = never; ///< hosts.verified_at after the last commit
};

} // namespace volumeviz::simulation
