#pragma once

#include "tests/support/authority.hpp"
#include "tests/swarm/player.hpp"
#include "text/host_port.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace volumeviz::swarm {

struct shape {
  /// Actor systems; each has one TCP connection to the hub, which all of its links share.
  std::size_t systems = 20;
  std::size_t links = 50; ///< of each system
  std::size_t volumes = 20;
  std::size_t containers = 20; ///< of each host
  std::uint64_t seed = 1;
};

/// Many agents in one process: real HUB LINKs over real TCP connections, each with its own host
/// name and incarnation, and a player that stands in for handlers and daemon.
class crowd {
public:
  /// Creates the systems; none connects yet. With a CA they use mutual TLS, and each system has one
  /// certificate with the names of all its hosts.
  crowd(const shape& what, const text::host_port& hub, const support::authority* ca = nullptr);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  std::size_t size() const noexcept { return hosts_.size(); }
  /// Connects all links at once.
  void connect();
  /// From now on all hosts together have so many changes a second, at random times; 0: none.
  void change(double per_second);

  // Conditions to wait for.
  void mark();             ///< starts a new count for all_back()
  bool all_back() const;   ///< every link was admitted since the mark, or at all without one
  bool all_listed() const; ///< complete lists of both kinds are committed
  bool all_settled() const;

  tally::numbers take() { return sees_->take(); }
  /// Reads the hosts' state; only while nothing changes and all batches are answered.
  const host_model& host(std::size_t i) const { return *hosts_.at(i).model; }

private:
  struct member {
    std::shared_ptr<host_model> model;
    std::shared_ptr<standing> stands;
    caf::actor player;
    caf::strong_actor_ptr link;
    std::uint64_t marked = 0;
  };
  struct machine;

  void join(machine& on, member& x, std::uint64_t number);

  text::host_port hub_;
  shape shape_;
  std::shared_ptr<tally> sees_ = std::make_shared<tally>();
  std::vector<member> hosts_;
  std::vector<std::unique_ptr<machine>> machines_;
};

} // namespace volumeviz::swarm
