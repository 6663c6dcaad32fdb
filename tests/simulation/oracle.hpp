#pragma once

#include "tests/simulation/model_daemon.hpp"
#include "tests/support/memory_store.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// Maps our wall clock to the machine's time, so that "verified at T" can be checked.
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
  /// The first moment at which the clock showed this time; after a step back there are two. A time
  /// that the clock has skipped proves nothing of the two seconds before, in which the API may lag.
  nanoseconds moment_of(timestamp shown) const;

private:
  struct setting {
    nanoseconds since;
    nanoseconds ahead;
  };
  std::vector<setting> steps_{{nanoseconds{0}, nanoseconds{0}}};
};

/// Whether a row shows this state of the resource. Not created_at of a volume, which the node does
/// not compare. Not the times of a container, which lists do not know. Nor a mount that the row
/// lacks: a volume takes its mounts along, and the container's own removal may be on its way.
bool shows(const volume& row, const volume& state);
bool shows(const container& row, const container& state);
/// Whether the times of the row are unknown or were the container's at some time.
bool times_were(const container& row, const past<container>& history);

/// The promises, as checks of the rows against the past of each resource. Each check returns a
/// sentence about the first broken promise, or an empty one.
class oracle {
public:
  using verdict = std::optional<std::string>;

  explicit oracle(const model_daemon& of) : daemon_(of) {}

  /// An actor has died. Its last write may be committed after its death, and after later answers.
  bool orphans = false;
  /// Volumes of a plugin that the daemon does not find, or did not find until the node saw them.
  /// Their state just before that can't be known.
  mutable std::set<std::string> unseen;

  /// Rows that another client has changed or deleted, until the node has compared them: until a
  /// batch shows their resource or a complete list proves it gone.
  struct tampered_rows {
    std::set<std::string> volumes, containers; ///< keys
    bool any() const noexcept { return !volumes.empty() || !containers.empty(); }
  } tampered;

  /// No row was deleted unless the daemon's answer said that it is gone. No row shows a state that
  /// never existed, also none that another client had changed before.
  verdict after_commit(const std::vector<change_batch>& batches,
                       const std::vector<write_summary>& done, const support::memory_rows& rows);
  /// The rows include every change before the moment.
  verdict proven(nanoseconds moment, const support::memory_rows& rows) const;
  /// The rows equal the daemon's state in every field.
  verdict equal(const support::memory_rows& rows) const;

private:
  verdict volume_was(const std::string& name, const support::memory_rows& rows) const;
  verdict container_was(const std::string& id, const support::memory_rows& rows) const;
  verdict compared(const change_batch& batch, const write_summary& done,
                   const support::memory_rows& rows);

  const model_daemon& daemon_;
  std::set<std::string> denied_; ///< containers whose rows went with the denial of a ghost
};

} // namespace volumeviz::simulation
