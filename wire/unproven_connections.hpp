#pragma once

#include "wire/violation.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace volumeviz::wire {

/// Connections that have not proven yet who they are: how many there may be, in total and of one
/// address; all addresses of an IPv6 /64 count as one. Pure.
class newcomers {
public:
  struct limits {
    std::size_t total = 1024;
    std::size_t of_address = 256;
  };
  struct entrance {
    std::optional<refusal> refused{};
    /// Its place is taken: this connection has to be ended, and counts no more.
    std::optional<std::uint64_t> instead_of{};
  };

  newcomers() = default;
  explicit newcomers(const limits& x) : limits_(x) {}

  /// Counts the connection, or says why it can't be taken. When there are too many in total, the
  /// oldest of the address that has the most gives way, so that strangers from some addresses keep
  /// nobody else out. `connection`: a number that grows.
  entrance enter(const std::string& address, std::uint64_t connection);
  /// It has proven who it is, or has ended.
  void leave(std::uint64_t connection);

private:
  std::uint64_t next_to_go() const;

  limits limits_;
  std::map<std::string, std::set<std::uint64_t>> by_origin_;
  std::map<std::uint64_t, std::string> origins_;
};

} // namespace volumeviz::wire
