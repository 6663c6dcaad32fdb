#pragma once

#include "actors/actors.hpp"
#include "actors/platform/slot.hpp"
#include "metrics/metrics.hpp"
#include "sync/pieces.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace volumeviz {

/// What a hub session needs.
struct hub_session_parts {
  std::uint64_t number = 0;
  std::string host;
  std::string token;           ///< everything that comes must have it
  caf::strong_actor_ptr agent; ///< its HUB LINK; the session ends with it
  fleet_roster_actor roster;
  inventory_store_actor store;
  std::shared_ptr<admission> room; ///< of all sessions: how many batches may wait for the store
  std::shared_ptr<metrics::catalogue> numbers;
};

/// HUB SESSION: what one agent sends, it puts together and takes to the store, as this host's and
/// nobody else's, whatever the batch says.
class hub_session {
public:
  using interface = hub_session_actor;

  hub_session(interface::pointer self, hub_session_parts parts);
  interface::behavior_type make_behavior();

private:
  /// Given back when nobody has it any more.
  using place = std::shared_ptr<admission>;

  place find_place() const;
  caf::result<write_answer> take(link_piece& piece);
  caf::result<write_answer> store(std::uint64_t seq, change_batch&& batch, place where);
  caf::result<bool> heard(const link_pulse& pulse);

  interface::pointer self_;
  hub_session_parts parts_;
  sync::assembly pieces_;
};

} // namespace volumeviz
