#pragma once

#include "actors/actors.hpp"
#include "sync/backoff.hpp"
#include "tests/swarm/host_model.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace volumeviz::swarm {

using steady = std::chrono::steady_clock;

/// What all players of a swarm have measured.
class tally {
public:
  struct numbers {
    std::vector<double> change_to_answer_ms;  ///< of each change with an event
    std::uint64_t fetches = 0;                ///< resources in batches that were committed
    std::uint64_t batches = 0;                ///< committed, those of hosts' rows among them
    std::uint64_t failures = 0;               ///< batches that were not committed
    std::vector<steady::time_point> admitted; ///< when a link was admitted
  };

  void committed(const std::vector<double>& waits, std::uint64_t fetches);
  void failed();
  void admitted();
  /// Everything since the last call.
  numbers take();

private:
  std::mutex mutex_;
  numbers numbers_;
};

/// The progress of one player; read from outside.
struct standing {
  std::atomic<bool> settled{false};       ///< nothing to send, nothing unanswered
  std::atomic<std::uint64_t> admitted{0}; ///< how often its link was admitted
  std::atomic<std::uint64_t> listings{0}; ///< committed complete lists, of both kinds
};

struct player_parts {
  std::shared_ptr<host_model> host;
  std::shared_ptr<standing> stands;
  std::shared_ptr<tally> sees;
  std::uint64_t seed = 0;
};

/// Stands in for the handlers and the reconciler of one agent towards its HUB LINK. It sends
/// complete lists first and on request, then changes, one batch of a kind at a time, and the host's
/// row every ten seconds. It sends resources again whose batch failed, as the handlers do.
///
/// Beside messages of a RESOURCE HANDLER it accepts `atom::opened` with its link, and
/// `atom::restart` with the number of changes in a thousand seconds from now on.
class player : public caf::event_based_actor {
public:
  player(caf::actor_config& config, player_parts parts);
  caf::behavior make_behavior() override;
  void on_exit() override;

private:
  /// The work of one kind's handler.
  template <class Resource>
  struct lane {
    observed<Resource> change_batch::*part;
    bool list = true;
    bool confirmed = false;
    std::map<std::string, steady::time_point> stale{}; ///< and since when
    bool busy = false;
    bool under_way_list = false;
    std::map<std::string, steady::time_point> under_way{};
  };

  void advance();
  template <class Resource>
  void send(lane<Resource>& x);
  template <class Resource>
  void answered(lane<Resource>& x, std::uint64_t fetches, const write_answer& answer);
  void failed();
  void change();
  void change_again();
  void write_host();

  player_parts parts_;
  std::minstd_rand random_;
  inventory_store_actor link_;
  lane<volume> volumes_{&change_batch::volumes};
  lane<container> containers_{&change_batch::containers};
  sync::backoff waits_;
  bool waiting_ = false; ///< after a failure
  bool host_under_way_ = false;
  std::uint64_t per_thousand_seconds_ = 0;
  std::uint64_t epoch_ = 0;
};

} // namespace volumeviz::swarm
