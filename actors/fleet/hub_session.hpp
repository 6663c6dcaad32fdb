#pragma once

#include "actors/actor_context.hpp"
#include "actors/platform/slot.hpp"
#include "sync/assembly.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace volumeviz {

struct hub_session_parts {
  std::uint64_t number = 0;
  std::string host;
  std::string token;           ///< each message of the agent must carry it
  caf::strong_actor_ptr agent; ///< its HUB LINK; the session ends with it
  fleet_roster_actor roster;
  std::shared_ptr<admission> room; ///< how many batches of all sessions may wait for the store
  std::shared_ptr<sync::byte_budget> memory; ///< of all sessions; null: no limit
  sync::assembly::limits limits{};
};

/// HUB SESSION: assembles one agent's batches and sends them to the store. It sets the batch's host
/// to the session's host, whatever the batch says. Batches go to the store in order and in slices,
/// each a share of a transaction, so that other hosts' batches are written in between.
///
/// A session that ends accepts nothing more. It quits when the store has answered every slice that
/// it was given; until then these slices count against the hub's limits.
class hub_session {
public:
  using interface = hub_session_actor;

  hub_session(interface::pointer self, context_ptr context, hub_session_parts parts);
  ~hub_session();
  hub_session(const hub_session&) = delete;
  hub_session& operator=(const hub_session&) = delete;
  interface::behavior_type make_behavior();

private:
  /// One batch's place among those that wait for the store; released with its last copy.
  using place = std::shared_ptr<admission>;
  using promise = caf::typed_response_promise<write_answer>;

  /// A batch on its way to the store.
  struct job {
    std::uint64_t seq = 0;
    std::deque<change_batch> slices; ///< still to be sent
    std::size_t asked = 0;           ///< slices in the store
    write_answer answer;             ///< to the slices so far
    promise promised;
    place where;
    sync::held_bytes held;
  };

  place reserve_place() const;
  caf::result<write_answer> take_chunk(link_chunk& chunk);
  caf::result<write_answer> enqueue(std::uint64_t seq, sync::whole_batch&& whole, place where);
  void ask_store();
  void ask_store(const std::shared_ptr<job>& x);
  void slice_answered(const std::shared_ptr<job>& x, std::size_t rows, write_answer& written);
  void answer_finished();
  void end(const caf::error& why);
  void quit_when_done();
  std::string objection(const std::string& token) const;
  caf::result<bool> take_heartbeat(link_heartbeat& heartbeat);

  interface::pointer self_;
  context_ptr context_;
  hub_session_parts parts_;
  sync::assembly chunks_;
  std::deque<std::shared_ptr<job>> jobs_; ///< in the order of their last chunks
  std::size_t rows_asked_ = 0;            ///< in all slices in the store
  std::optional<caf::error> ending_;      ///< why the session ends; set when its end begins
};

} // namespace volumeviz
