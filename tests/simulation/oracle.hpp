#pragma once

#include "tests/simulation/model_daemon.hpp"
#include "tests/support/memory_store.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// Our clock over the time of the machine: who says "verified at T" names a moment.
class clock_history {
public:
  static constexpr timestamp first_day = 1'714'564'800'000'000'000; // 2024-05-01 12:00:00 UTC

  timestamp at(nanoseconds moment) const {
    return first_day + (moment + steps_.back().ahead).count();
  }
  void set(nanoseconds moment, nanoseconds by) {
    steps_.push_back({moment, steps_.back().ahead + by});
  }
  bool was_set() const noexcept { return steps_.size() > 1; }
  /// The first moment at which the clock showed this; after a step back there are two. What it has
  /// skipped says nothing of the two seconds before, in which the API may lag.
  nanoseconds moment_of(timestamp shown) const;

private:
  struct setting {
    nanoseconds since;
    nanoseconds ahead;
  };
  std::vector<setting> steps_{{nanoseconds{0}, nanoseconds{0}}};
};

/// What the promises mean, asked of the rows and of everything that ever was. Each gives a sentence
/// about the first that is broken, or nothing.
class oracle {
public:
  using verdict = std::optional<std::string>;

  explicit oracle(const model_daemon& of) : daemon_(of) {}

  /// An actor has died: what it had asked to be written may come after it, and after later answers.
  bool orphans = false;
  /// Volumes of a plugin that the daemon does not find, or did not until the node has seen them:
  /// nobody can know what became of them just before.
  mutable std::set<std::string> unseen;

  /// Nothing was deleted that the daemon did not call gone; no row shows what never was.
  verdict after_commit(const std::vector<write_summary>& done,
                       const support::memory_rows& rows) const;
  /// The rows include every change before the moment.
  verdict proven(nanoseconds moment, const support::memory_rows& rows) const;
  /// The rows are the daemon, in every field.
  verdict equal(const support::memory_rows& rows) const;

private:
  const model_daemon& daemon_;
};

} // namespace volumeviz::simulation
