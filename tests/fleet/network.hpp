#pragma once

#include "tests/support/process.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace volumeviz::fleet {

/// A network namespace, held by a process that does nothing. It has no name, so it ends with the
/// object, or with the test program whatever becomes of it, and takes its devices and rules along.
class network_namespace {
public:
  network_namespace(); ///< with its loopback up; throws std::exception when it can't be made

  /// To be put before a command that is to run inside. The process keeps its id.
  std::vector<std::string> entrance() const;
  /// Runs a command inside; throws std::runtime_error with its words when it fails.
  void run(const std::vector<std::string>& command) const;
  std::string path() const; ///< as a file
  pid_t holder() const noexcept { return holder_.pid(); }

private:
  support::process holder_;
};

/// The calling thread's sockets are made inside of the namespace while this lives.
class inside {
public:
  explicit inside(const network_namespace& where);
  ~inside();
  inside(const inside&) = delete;
  inside& operator=(const inside&) = delete;

private:
  int before_ = -1;
};

/// Some machines on one switch, each in a network namespace of its own. All of it is invisible from
/// outside, so any number of networks may exist side by side.
class network {
public:
  explicit network(std::size_t machines);

  const network_namespace& machine(std::size_t i) const { return machines_.at(i); }
  std::string address(std::size_t i) const { return "10.99.0." + std::to_string(i + 1); }

  /// What `from` sends to `to` is lost from now on; nobody is told.
  void lose(std::size_t from, std::size_t to) const;
  void part(std::size_t one, std::size_t other) const; ///< lose, both ways
  void mend() const;                                   ///< nothing is lost any more

private:
  network_namespace switch_;
  std::vector<network_namespace> machines_;
};

/// Why no network namespaces can be made here; empty when they can.
std::string no_network_because();

} // namespace volumeviz::fleet
