#pragma once

#include "messages/fleet.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// What an agent tells of itself, bounded where it is taken, so that neither the hub's memory nor
/// its health grows with what a member sends, and all of it is valid JSON: texts are cut and
/// cleaned (see text::make_one_line), numbers, times and enumerators brought into their range.
/// Nothing is refused: an agent with too much to say is still alive.
void bound(agent_hello& x);
void bound(link_heartbeat& x);
void bound(host_facts& x);
/// The same for a reason that a hub gives: an agent's log and health have it.
void bound(failure& x);

/// The same moment on two clocks: one for display, one that nobody sets.
struct moment {
  timestamp wall = never;
  std::chrono::steady_clock::time_point steady{};
};

/// Which hosts report to a hub, in which session, and who is away: the roster's decisions.
///
/// A name belongs to whoever reports under it. A second agent of the name is refused while the
/// first lives; a process that comes back after its connection broke takes its own place at once.
class fleet {
public:
  struct limits {
    /// An agent tells of itself every two seconds.
    std::chrono::milliseconds silent_max{7'000};
    /// A host that another hub, or a node of its own, has written lately is not ours to miss.
    std::chrono::milliseconds elsewhere{60'000};
  };
  /// What became of an agent that wants to report.
  struct admission {
    std::string refused; ///< why not, a sentence; empty: admitted
    std::uint64_t session = 0;
    std::uint64_t replaced = 0; ///< the session that this one ends; 0: none
    bool snapshot = false;      ///< see link_welcome
    bool new_engine = false;    ///< another daemon than the host had before
  };

  fleet() = default;
  explicit fleet(const limits& x) : limits_(x) {}

  admission admit(const agent_hello& who, const std::string& address, const moment& now);
  /// A sign of life. False when the session is not the host's any more.
  bool record_heartbeat(std::uint64_t session, const link_heartbeat& heartbeat, const moment& now);
  /// A batch of the session is committed.
  void committed(std::uint64_t session, std::uint64_t seq);
  /// The session has ended. The host's name, when it was the host's last word.
  std::optional<std::string> end_session(std::uint64_t session, const std::string& why,
                                         const moment& now);
  /// Sessions that have been silent for too long.
  std::vector<std::uint64_t> silent_sessions(const moment& now) const;
  /// The hosts that the database has (name, engine, last_heard, verified_at): those of an earlier
  /// life of the hub are away, and who is away and has no row any more is forgotten.
  void merge_recorded(const std::vector<host_report>& rows, const moment& now);

  /// Everybody, by name.
  std::vector<host_report> report() const;
  std::size_t connected() const;

private:
  struct member {
    host_report last;
    std::uint64_t session = 0;     ///< 0: away
    std::uint64_t incarnation = 0; ///< of the agent's process that was the last to report
    std::uint64_t committed = 0;
    std::chrono::steady_clock::time_point heard{};
  };

  member* of(std::uint64_t session);

  limits limits_;
  std::map<std::string, member> members_;
  std::map<std::uint64_t, std::string> sessions_;
  std::uint64_t last_session_ = 0;
};

} // namespace volumeviz::sync
