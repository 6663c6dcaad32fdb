#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace volumeviz::sync {

/// Finds the hosts whose batches make transactions fail. Batches of several hosts share one
/// transaction, so one bad batch fails the batches of all. A host that is suspected of this is
/// written alone and after the others for some time.
class culprits {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;
  struct limits {
    duration suspected_for = std::chrono::minutes{5};
    /// When this many hosts fail without a success in between, the cause is the database. Then each
    /// of them is suspected for `briefly_suspected_for` only.
    std::size_t hosts = 3;
    duration briefly_suspected_for = std::chrono::seconds{30};
    /// A failure is also the database's when nothing was written for this long.
    duration without_success = std::chrono::seconds{10};
    /// When a suspect fails again, its batches wait for this many times the duration of the call.
    /// Not after its first failure, which may only mean that this process was suspended.
    int pause_factor = 4;
    /// The longest call that counts. No call takes longer, unless this process was suspended.
    duration took_max = std::chrono::seconds{5};
  };

  culprits() : culprits(limits{}) {}
  explicit culprits(const limits& x) : limits_(x) {}

  /// Something was written, so the hosts that have failed since the success before are suspects.
  void worked(time_point now);
  /// A host's batch has failed alone in its transaction, after `took`. True when the cause may be
  /// the database and not the host.
  bool failed(const std::string& host, duration took, time_point now);

  /// True when the host is to be written alone and after the others.
  bool suspected(const std::string& host, time_point now) const;
  /// True when the host's batches have to wait.
  bool paused(const std::string& host, time_point now) const;
  std::size_t size() const noexcept { return known_.size() + failing_.size(); }

private:
  struct record {
    time_point suspected_until{};
    time_point paused_until{};
  };

  limits limits_;
  std::optional<time_point> last_success_;
  /// The hosts that have failed since the last success, and how long their batches have to wait.
  std::map<std::string, time_point> failing_;
  std::map<std::string, record> known_;
};

} // namespace volumeviz::sync
