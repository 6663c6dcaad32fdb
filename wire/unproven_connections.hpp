#pragma once

#include "wire/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace volumeviz::wire {

/// Counts the connections whose peers have not proven their identity yet, and bounds them: in total
/// and for each address. All addresses of an IPv6 /64 count as one. Pure.
class unproven_connections {
public:
  struct limits {
    std::size_t total = 1024;
    std::size_t of_address = 256;
  };
  struct outcome {
    std::optional<refusal> refused{};
    /// The caller must end this connection to make room; it counts no more.
    std::optional<std::uint64_t> evicted{};
  };

  unproven_connections() = default;
  explicit unproven_connections(const limits& x) : limits_(x) {}

  /// Counts the connection, or says why it is refused. When the total is reached, it evicts the
  /// oldest connection of the address with the most of them. So attackers with some addresses can't
  /// keep other peers out. `connection`: a number that grows.
  outcome add(const std::string& address, std::uint64_t connection);
  /// The peer has proven its identity, or the connection has ended. Ignores unknown connections.
  void remove(std::uint64_t connection);

private:
  std::uint64_t next_to_evict() const;

  limits limits_;
  std::map<std::string, std::set<std::uint64_t>> by_origin_;
  std::map<std::uint64_t, std::string> origins_;
};

} // namespace volumeviz::wire
