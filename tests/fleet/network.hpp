#pragma once

#include "tests/support/process.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace volumeviz::fleet {

/// A network namespace, held open by an idle process. It has no name, so it ends with the object,
/// or with the test program even after a crash, together with its devices and rules.
class network_namespace {
public:
  network_namespace(); ///< its loopback is up; throws std::exception on failure

  /// Put before a command, it makes the command run inside. The process keeps its id.
  std::vector<std::string> command_prefix() const;
  /// Runs a command inside; throws std::runtime_error with its output when it fails.
  void run(const std::vector<std::string>& command) const;
  std::string path() const; ///< of the namespace's file
  pid_t holder() const noexcept { return holder_.pid(); }

private:
  support::process holder_;
};

/// While this object lives, the calling thread creates sockets inside the namespace.
class inside {
public:
  explicit inside(const network_namespace& where);
  ~inside();
  inside(const inside&) = delete;
  inside& operator=(const inside&) = delete;

private:
  int before_ = -1;
};

/// Machines on one switch, each in its own network namespace. It is invisible from outside, so any
/// number of networks may exist side by side.
class network {
public:
  explicit network(std::size_t machines);

  const network_namespace& machine(std::size_t i) const { return machines_.at(i); }
  std::string address(std::size_t i) const { return "10.99.0." + std::to_string(i + 1); }

  /// Drops packets from `from` to `to` from now on, without an error.
  void lose(std::size_t from, std::size_t to) const;
  void part(std::size_t one, std::size_t other) const; ///< drops packets in both directions
  void mend() const;                                   ///< drops no more packets

private:
  network_namespace switch_;
  std::vector<network_namespace> machines_;
};

/// Why network namespaces can't be created here; empty when they can.
std::string no_network_because();

} // namespace volumeviz::fleet
