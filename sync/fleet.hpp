#pragma once

#include "messages/fleet.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// Brings what an agent reports about itself within bounds, so that neither the hub's memory nor
/// its health document grows with what an agent sends, and all of it is valid JSON. Cuts and cleans
/// texts (see text::make_one_line), and moves numbers, times and enumerators into their range.
/// Refuses nothing: an agent that reports too much is still alive.
void bound(agent_hello& x);
void bound(link_heartbeat& x);
void bound(host_facts& x);
/// The same for a hub's reason, which an agent writes to its log and health.
void bound(failure& x);

/// One moment on two clocks: the wall clock, for display, and the monotonic clock.
struct moment {
  timestamp wall = never;
  std::chrono::steady_clock::time_point steady{};
};

/// The roster's decisions: which hosts report to a hub, in which session, and which are away.
///
/// A name belongs to the agent that reports under it. A second agent of the same name is refused
/// while the first is alive. An agent that reconnects replaces its own session at once.
class fleet {
public:
  struct limits {
    /// A session without a heartbeat for this long has ended. An agent sends one every two seconds.
    std::chrono::milliseconds silent_max{7'000};
    /// A host whose row was written less than this ago by another node is not away, but reports to
    /// that node.
    std::chrono::milliseconds elsewhere{60'000};
  };
  /// The answer to an agent that wants to report.
  struct admission {
    /// Why it is refused, a sentence; empty: admitted.
    std::string refused;
    std::uint64_t session = 0;
    /// The session that this one ends; 0: none.
    std::uint64_t replaced = 0;
    /// See link_welcome.
    bool snapshot = false;
    /// The host has a different daemon than before.
    bool new_engine = false;
  };

  fleet() = default;
  explicit fleet(const limits& x) : limits_(x) {}

  admission admit(const agent_hello& who, const std::string& address, const moment& now);
  /// The agent of the session is alive. False when the host has a newer session.
  bool record_heartbeat(std::uint64_t session, const link_heartbeat& heartbeat, const moment& now);
  /// A batch of the session is committed.
  void committed(std::uint64_t session, std::uint64_t seq);
  /// The session has ended. Returns the host's name if the host is away now; no value when it has a
  /// newer session.
  std::optional<std::string> end_session(std::uint64_t session, const std::string& why,
                                         const moment& now);
  /// The sessions without a heartbeat for `silent_max`.
  std::vector<std::uint64_t> silent_sessions(const moment& now) const;
  /// Merges the hosts that the database has (name, engine, last_heard, verified_at). A host that
  /// has not reported since this hub was started is away. A host that is away and no longer has a
  /// row is forgotten.
  void merge_recorded(const std::vector<host_report>& rows, const moment& now);

  /// All hosts, by name.
  std::vector<host_report> report() const;
  std::size_t connected() const;

private:
  struct member {
    host_report last;
    /// 0: away.
    std::uint64_t session = 0;
    /// Of the agent's process that reported last; 0: none has since the hub was started.
    std::uint64_t incarnation = 0;
    /// The highest number of a committed batch of this incarnation.
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
