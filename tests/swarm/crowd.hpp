#pragma once

#include "tests/support/authority.hpp"
#include "tests/swarm/player.hpp"
#include "text/host_port.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
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

/// Many agents in one process: real HUB LINKs over real TCP connections, each with a host name and
/// a boot number of its own, and a player in the place of handlers and daemon.
class crowd {
public:
  /// Makes the systems; nobody dials yet. With a CA they speak mutual TLS, and prove their names
  /// with a certificate for each system that has the names of all its hosts.
  crowd(const shape& what, const text::host_port& hub, const support::authority* ca = nullptr);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  std::size_t size() const noexcept { return hosts_.size(); }
  /// All at once.
  void dial();
  /// From now on so many changes a second, of all hosts together, at random moments; 0: none.
  void change(double per_second);

  // What is to be waited for.
  void mark();             ///< from here on:
  bool all_back() const;   ///< every link has come in since the mark, or at all when there is none
  bool all_listed() const; ///< both kinds, completely, and committed
  bool all_settled() const;

  tally::numbers take() { return sees_->take(); }
  /// Reads what the hosts have; only while nothing changes and all is settled.
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
