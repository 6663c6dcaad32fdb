#pragma once

#include "actors/actors.hpp"
#include "actors/fleet/hub_connector.hpp"
#include "actors/repeated.hpp"
#include "config/address.hpp"
#include "metrics/metrics.hpp"
#include "sync/backoff.hpp"
#include "sync/chunks.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz {

/// To its handlers the inventory store.
using hub_link_actor = inventory_store_actor::extend<
    // INTERNAL: time to dial.
    caf::reacts_to<atom::dial>,
    // INTERNAL: time to send that piece again.
    caf::reacts_to<atom::dial, std::uint64_t>,
    // INTERNAL: time to tell of ourselves.
    caf::reacts_to<atom::heartbeat_due>>;

/// What the hub link needs.
struct hub_link_parts {
  std::string host;
  std::string program_version;
  std::uint64_t incarnation = 0; ///< random, of this process; the same for every life of this actor
  std::shared_ptr<std::uint64_t> acked = std::make_shared<std::uint64_t>(0); ///< outlives it, too
  std::shared_ptr<std::uint64_t> last_seq = std::make_shared<std::uint64_t>(0);
  config::host_port hub;
  connector_actor connector;
  resource_handler_actor volumes, containers; ///< null when the events system is off
  health_reporter_actor health;
  metrics_aggregator_actor metrics;
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<spdlog::logger> log;
  std::uint64_t seed = 0;
  std::size_t chunk_bytes = 256 * 1024;         ///< the most of a batch in one message
  std::size_t resource_bytes = 2 * 1024 * 1024; ///< the most of one resource
};

/// HUB LINK: an agent's way to its hub, in the place of the inventory store. What the handlers have
/// observed is sent in pieces and answered when the hub has committed it. While the hub is away
/// every batch is refused at once, and what it was about stays with the handlers: pending by key,
/// or the wish for a list. So nothing is lost, nothing piles up, and nobody waits.
class hub_link {
public:
  using interface = hub_link_actor;

  hub_link(interface::pointer self, hub_link_parts parts);
  ~hub_link();
  hub_link(const hub_link&) = delete;
  hub_link& operator=(const hub_link&) = delete;
  interface::behavior_type make_behavior();

private:
  using steady = std::chrono::steady_clock;
  using promise = caf::typed_response_promise<write_answer>;

  /// A batch on its way.
  struct outgoing {
    sync::batch_topics topics;
    std::vector<change_batch> chunks;
    std::uint32_t next = 0;
    promise answer;
    steady::time_point began;
    steady::time_point sent;
    sync::backoff waits;
    std::vector<rejected_row> rejected; ///< too heavy to be sent
  };

  // The steps of getting in; each has its time, and whatever fails leads to lost().
  void dial();
  void knock(const caf::strong_actor_ptr& gate, const std::set<std::string>& messages);
  void greeted(const hub_gate_actor& gate, const std::string& refused);
  void enter(const link_welcome& welcome, const caf::strong_actor_ptr& session);
  void lost(const std::string& why);
  void answer_early();
  void step_failed(std::uint64_t attempt, const char* what, const caf::error& why);

  caf::result<write_answer> take(change_batch& batch);
  void send(change_batch&& batch, promise answer);
  void give_up_older(const sync::batch_topics& topics);
  void send_chunk(std::uint64_t seq);
  void chunk_answered(std::uint64_t seq, write_answer& answer);
  void hub_is_full(std::uint64_t seq, outgoing& x);
  void finish(std::uint64_t seq, write_answer answer);
  failure away() const;

  void heartbeat();
  void tell_of_ourselves();
  void send_heartbeat(const health_report& health);
  void noted_lock(const failure& why);
  void report(bool up, const failure& why, double seconds);
  void wake_handlers(bool snapshot);
  std::string hub_name() const;

  interface::pointer self_;
  hub_link_parts parts_;
  sync::backoff waits_;
  repeated_failure trouble_;
  hub_session_actor session_; ///< null: not in
  std::string token_;
  std::uint64_t attempt_ = 0; ///< what an earlier attempt still hears is of no interest
  std::string why_away_;
  failure locked_out_; ///< the hub's last word: another one writes the rows; empty: none does
  bool tried_ = false; ///< the first attempt has ended, either way
  std::vector<std::pair<change_batch, promise>> early_; ///< came before that
  std::map<std::uint64_t, outgoing> under_way_;
  std::string engine_id_, engine_version_;
};

} // namespace volumeviz
