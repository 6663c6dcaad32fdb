#pragma once

#include "messages/left_out.hpp"
#include "messages/resources.hpp"

#include <spdlog/logger.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace volumeviz {

/// Of one kind: the entries that the daemon's lists have and that can't be understood. The log says
/// so when it begins, when the reason changes and when it is over.
class left_out_log {
public:
  left_out_log(resource_kind kind, std::shared_ptr<spdlog::logger> log)
      : kind_(kind), log_(std::move(log)) {}

  /// What the newest list has left out.
  void listed(const std::vector<left_out_entry>& entries);
  /// How many were left out since this was asked last, each list counted anew.
  std::uint64_t take_count();
  /// The list before the newest has left this resource out: if it is shown now, no event tells.
  bool left_out_before(const std::string& key) const { return keys_before_.contains(key); }
  /// For health; see sync::left_out_reason.
  const std::string& reason() const noexcept { return reason_; }

private:
  struct told_entry {
    std::string name; ///< for people
    std::string why;
  };

  resource_kind kind_;
  std::shared_ptr<spdlog::logger> log_;
  /// By key. Those without one by their driver: their positions change with every new volume.
  std::map<std::string, told_entry> told_;
  std::set<std::string> keys_, keys_before_;
  std::string reason_;
  std::uint64_t count_ = 0;
};

} // namespace volumeviz
