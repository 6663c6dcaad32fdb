#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace volumeviz::sync {

/// Which hosts' batches fail although those of others are written, so that they are kept apart from
/// the others' for some time: several hosts' batches share a transaction, and what spoils it fails
/// them all.
class culprits {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;
  struct limits {
    duration suspected_for = std::chrono::minutes{5};
    /// As many hosts fail one after the other, without a success between, when it is the database's
    /// fault: then each is suspected for a short time only.
    std::size_t hosts = 3;
    duration doubted_for = std::chrono::seconds{30};
    /// So is a failure when nothing was written for so long.
    duration without_success = std::chrono::seconds{10};
    /// After a further failure a suspect's batches are turned away for so many times as long as it
    /// took. Not after the first: it looks the same when this program stood still for a while.
    int rest = 4;
    /// No call takes longer, unless this program stood still.
    duration took_max = std::chrono::seconds{5};
  };

  culprits() : culprits(limits{}) {}
  explicit culprits(const limits& x) : limits_(x) {}

  /// Something was written: those that have failed since the last success are to blame.
  void worked(time_point now);
  /// What a host sent failed, alone in its transaction, after `took`. True when the database may be
  /// to blame and not the host.
  bool failed(const std::string& host, duration took, time_point now);

  /// To be written alone, and after the others.
  bool suspected(const std::string& host, time_point now) const;
  /// Not to be tried for now.
  bool paused(const std::string& host, time_point now) const;
  std::size_t size() const noexcept { return known_.size() + failing_.size(); }

private:
  struct record {
    time_point suspected_until{};
    time_point paused_until{};
  };

  limits limits_;
  std::optional<time_point> last_success_;
  std::map<std::string, time_point> failing_; ///< since the last success, and until when they rest
  std::map<std::string, record> known_;
};

} // namespace volumeviz::sync
