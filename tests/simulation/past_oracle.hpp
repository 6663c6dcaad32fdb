#pragma once

#include "tests/simulation/oracle.hpp"
#include "tests/simulation/recorded_past.hpp"

#include <optional>
#include <set>
#include <string>

namespace volumeviz::simulation {

/// The promises about single changes, checked against the past of the daemon's resources:
///
/// - A state that is recorded is one that the resource had, and that the API could show when the
///   daemon was asked, or since.
/// - With an event: `at` is exactly the time of an event of this resource, or of its last change
///   when that is later. The daemon was asked after that event was published.
/// - Without one: the old state was true just before `not_before` or later, and the new one at
///   `at`. So what is recorded happened in between.
/// - Where nothing ever went wrong, no change that an event has told is recorded without it.
class past_oracle {
public:
  using verdict = oracle::verdict;

  past_oracle(const model_daemon& daemon, const clock_history& clock, const oracle& rows)
      : daemon_(daemon), clock_(clock), rows_(rows) {}

  /// Rows that another client had changed before this commit, and the host's verified_at then.
  struct circumstances {
    oracle::tampered_rows tampered{};
    timestamp verified = never;
    bool by_client = false; ///< another client has committed
    bool troubled = false;  ///< something has gone wrong in this schedule, or a queue was full
  };
  verdict judge(const row_key& key, const row_version* before, const row_version& change,
                const circumstances& at);

  /// For a schedule in which nothing went wrong: what the last change until a moment has made of
  /// the row was so then or shortly before, or when the change was committed.
  verdict was_so(const row_key& key, const row_version* last, timestamp moment) const;

private:
  verdict told(const row_key& key, const row_version* before, const row_version& change) const;
  verdict listed(const row_key& key, const row_version* before, const row_version& change,
                 const circumstances& at) const;
  bool is_excused(const row_key& key, const row_version* before, const circumstances& at) const;
  bool shown_between(const row_key& key, const row_version* what, nanoseconds first,
                     nanoseconds last) const;
  bool was_since(const row_key& key, const row_version* what, nanoseconds moment) const;
  bool has_known_times(const row_key& key, const row_version& what) const;
  std::optional<nanoseconds> published(const row_key& key, timestamp event) const;
  /// Whether an event of the resource was published between these moments, when the change had
  /// happened.
  bool event_told(const row_key& key, const row_version& change, nanoseconds first,
                  nanoseconds last) const;

  const model_daemon& daemon_;
  const clock_history& clock_;
  const oracle& rows_;
  /// Containers whose rows went when their inspects denied them while lists showed them.
  std::set<std::string> denied_;
};

} // namespace volumeviz::simulation
