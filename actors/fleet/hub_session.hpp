#pragma once

#include "actors/actors.hpp"
#include "actors/platform/slot.hpp"
#include "metrics/metrics.hpp"
#include "sync/chunks.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz {

/// What a hub session needs.
struct hub_session_parts {
  std::uint64_t number = 0;
  std::string host;
  std::string token;           ///< everything that comes must have it
  caf::strong_actor_ptr agent; ///< its HUB LINK; when it ends, so does the session
  fleet_roster_actor roster;
  inventory_store_actor store;
  std::shared_ptr<admission> room; ///< of all sessions: how many batches may wait for the store
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<sync::byte_budget> memory; ///< of all sessions; null: no limit
  sync::assembly::limits limits{};
};

/// HUB SESSION: what one agent sends, it puts together and takes to the store, as this host's and
/// nobody else's, whatever the batch says. Its batches go to the store in their order and in
/// slices, a share of a transaction at a time, so that the other hosts get their turn in between.
///
/// A session that is told to end takes nothing more, and quits when the store has answered for all
/// that it was given: until then it counts against the limits of what the hub keeps.
class hub_session {
public:
  using interface = hub_session_actor;

  hub_session(interface::pointer self, hub_session_parts parts);
  ~hub_session();
  hub_session(const hub_session&) = delete;
  hub_session& operator=(const hub_session&) = delete;
  interface::behavior_type make_behavior();

private:
  /// Given back when nobody has it any more.
  using place = std::shared_ptr<admission>;
  using promise = caf::typed_response_promise<write_answer>;

  /// A batch on its way to the store.
  struct job {
    std::uint64_t seq = 0;
    std::deque<change_batch> slices; ///< still to be sent
    std::size_t asked = 0;           ///< slices that the store has not answered
    write_answer answer;             ///< of the slices so far
    promise promised;
    place where;
    sync::held_bytes held;
  };

  place find_place() const;
  caf::result<write_answer> take(link_chunk& chunk);
  caf::result<write_answer> enqueue(std::uint64_t seq, sync::whole_batch&& whole, place where);
  void ask_store();
  void ask_store(const std::shared_ptr<job>& x);
  void slice_answered(const std::shared_ptr<job>& x, std::size_t rows, write_answer& written);
  void finish_done();
  void end(const caf::error& why);
  void quit_when_done();
  std::string objection(const std::string& token) const;
  caf::result<bool> heard(link_heartbeat& heartbeat);

  interface::pointer self_;
  hub_session_parts parts_;
  sync::assembly chunks_;
  std::deque<std::shared_ptr<job>> jobs_; ///< in the order in which they came
  std::size_t rows_asked_ = 0;            ///< in slices that the store has not answered
  std::optional<caf::error> ending_;      ///< why the session ends, once it was told to
};

} // namespace volumeviz
