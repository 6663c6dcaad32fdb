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

/// The entries of the daemon's lists of one kind that can't be parsed. The log has each when it
/// begins, when its reason changes and when it ends.
class left_out_log {
public:
  left_out_log(resource_kind kind, std::shared_ptr<spdlog::logger> log)
      : kind_(kind), log_(std::move(log)) {}

  /// A list has left these entries out, and no others.
  void listed(const std::vector<left_out_entry>& entries);
  /// How many entries were left out since the last call. Every list counts.
  std::uint64_t take_count();
  /// The list before the newest left this resource out. No event announces that it is well-formed
  /// again.
  bool left_out_before(const std::string& key) const { return keys_before_.contains(key); }
  /// For health; see sync::left_out_reason.
  const std::string& reason() const noexcept { return reason_; }

private:
  struct logged_entry {
    /// As people know it.
    std::string name;
    std::string why;
  };

  resource_kind kind_;
  std::shared_ptr<spdlog::logger> log_;
  /// By key. Entries without a key by their driver: their positions change with every new volume.
  std::map<std::string, logged_entry> logged_;
  std::set<std::string> keys_, keys_before_;
  std::string reason_;
  std::uint64_t count_ = 0;
};

} // namespace volumeviz
