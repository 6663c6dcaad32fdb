#pragma once

#include "messages/fleet.hpp"
#include "tests/simulation/machine.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace volumeviz::simulation {

/// The two ends of a connection.
enum class side : std::uint8_t { agent, hub };
constexpr side other(side x) noexcept {
  return x == side::agent ? side::hub : side::agent;
}

/// How a broken agent or hub changes messages that it receives; see variants_fleet.cpp.
struct tampering {
  std::function<void(link_chunk&)> chunk;     ///< when it reaches the hub
  std::function<void(link_welcome&)> welcome; ///< when it reaches the agent
  bool acknowledges_unwritten = false;
  bool takes_lost_for_written = false;
  bool replays_the_lost = false; ///< in the next connection, after its first batch
  bool any_token = false;
  bool admits_a_second_agent = false;
};

/// One connection between an agent and a hub, as CAF has it. Each side has proxies of the other's
/// actors. A message to a proxy comes out at the other end, in order, while the connection stands.
/// When it breaks, messages in flight are lost, and all proxies of a side end when that side
/// notices. A proxy also ends with its actor.
class model_link : public std::enable_shared_from_this<model_link> {
public:
  /// Messages that were lost when connections broke, for a variant that replays them.
  using leftovers = std::vector<link_chunk>;

  model_link(machine& runs, const tampering& how, leftovers& lost)
      : runs_(runs), how_(how), lost_(lost) {}

  /// The side's proxy of an actor of the other side.
  caf::strong_actor_ptr seen_from(side where, const caf::strong_actor_ptr& real);
  /// True until the side notices that the connection is broken.
  bool open(side of) const noexcept { return !end(of).heard; }
  bool whole() const noexcept { return !cut_; }

  // Troubles.
  void stall(side towards, nanoseconds until);
  bool stalls(side towards) const noexcept { return end(towards).stalled_until > runs_.now(); }
  void go_on();
  /// No message arrives any more. Each side notices at its own moment. A later call can only make
  /// that moment earlier.
  void cut(nanoseconds agent_hears, nanoseconds hub_hears);
  /// Called once, when the hub has received a chunk or has answered one. If it cuts the connection,
  /// that answer is lost.
  std::function<void()> on_chunk, on_answer;

  /// How many things can happen now (a message arrives, or a side notices the end), and does one.
  std::size_t ready() const;
  void happen(std::size_t i);
  bool over() const noexcept { return !open(side::agent) && !open(side::hub); }

  /// When the agent last received an answer to its heartbeat; never: not yet.
  std::optional<nanoseconds> heartbeat_sent;
  std::function<void(const link_welcome&, const caf::strong_actor_ptr& session)> on_welcome;
  std::function<void()> on_heartbeat; ///< the agent has sent one

private:
  friend class proxy;

  struct parcel {
    caf::strong_actor_ptr from, to;
    caf::message_id mid;
    caf::message content;
    bool gone = false; ///< `to` is a proxy whose actor has ended
  };
  /// One end, and what is on the way to it.
  struct ending {
    std::deque<parcel> coming;
    nanoseconds stalled_until{0};
    bool heard = false;
    nanoseconds hears_at{0};                                ///< once it is cut
    std::map<caf::actor_id, caf::strong_actor_ptr> proxies; ///< of the other side's actors
  };
  struct request {
    caf::strong_actor_ptr from;
    caf::message_id mid;
    link_chunk chunk;
    bool answered = false; ///< by the variant that acknowledges unwritten batches
  };

  ending& end(side x) noexcept { return ends_[static_cast<unsigned>(x)]; }
  const ending& end(side x) const noexcept { return ends_[static_cast<unsigned>(x)]; }
  bool arrives(side at) const;
  bool can_hear(side who) const;
  void hear(side who);
  void hears(side who, nanoseconds at);
  void send(side from, parcel&& what);
  bool answers_chunk(const parcel& what);
  void arrive(side at, parcel&& what);
  void take_chunk(parcel& what);
  void replay(const parcel& after);

  machine& runs_;
  const tampering& how_;
  leftovers& lost_;
  ending ends_[2];
  bool cut_ = false;
  std::map<std::uint64_t, request> asked_; ///< chunks without an answer, by the answer's number
};

} // namespace volumeviz::simulation
