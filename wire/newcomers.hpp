#pragma once

#include "wire/violation.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace volumeviz::wire {

/// Connections that have not proven yet who they are: how many there may be, in total and of one
/// address. Pure.
class newcomers {
public:
  struct limits {
    std::size_t total = 1024;
    std::size_t of_address = 256;
  };

  newcomers() = default;
  explicit newcomers(const limits& x) : limits_(x) {}

  /// Counts the connection, or says why it can't be taken.
  std::optional<refusal> enter(const std::string& address);
  /// It has proven who it is, or has ended.
  void leave(const std::string& address);

private:
  limits limits_;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> by_address_;
};

} // namespace volumeviz::wire
