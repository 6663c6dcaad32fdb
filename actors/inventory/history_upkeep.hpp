#pragma once

#include "actors/inventory/store_parts.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace volumeviz {

/// Trims the history of the hosts that this store writes, in small steps between the writes: soon
/// after the first write of a host, and every 30 s.
class history_upkeep {
public:
  using time_point = std::chrono::steady_clock::time_point;

  history_upkeep(context_ptr context, const store_parts& parts)
      : context_(std::move(context)), parts_(parts) {}

  /// A batch of this host was written, or will be.
  void writes(const std::string& host);
  void forget(const std::string& host) { hosts_.erase(host); }
  /// Returns whether there is something to do: step() is to be called when no write waits.
  bool is_due(time_point now);
  /// One step for one host. Returns whether there is more to do.
  bool step();

private:
  /// What was trimmed of a host since it was first written.
  struct progress {
    std::uint64_t trimmed = 0;
    bool first_done = false;
  };

  void finish(const std::string& host);

  context_ptr context_;
  const store_parts& parts_;
  std::map<std::string, progress> hosts_;
  std::deque<std::string> waiting_;
  time_point next_{};
};

} // namespace volumeviz
