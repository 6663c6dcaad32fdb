#pragma once

#include "wire/new_nodes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::wire {

/// Who is at the other end of a connection, as far as it has proven that.
struct member {
  std::string address;            ///< "192.0.2.7"
  bool certified = false;         ///< by mutual TLS; false on a port without it
  std::vector<std::string> names; ///< of its certificate, as they are spelled there
  std::string fingerprint;        ///< SHA-256 of its certificate, in hex; empty without TLS
};

/// Which node of CAF's is which member: the one thing that the front, which knows connections and
/// certificates, tells the hub's actors, which know nodes; and the other way round, which actors a
/// member may reach. Thread-safe.
class member_registry {
public:
  using steady = std::chrono::steady_clock;
  /// How many connections may show the same certificate: a process has one; while it is restarted,
  /// or a certificate is used twice by mistake, some more.
  static constexpr std::size_t connections_max = 8;

  /// Nothing changes unless it has entered.
  enum class entrance {
    entered,
    own,         ///< an older connection of the same member has this node still
    taken,       ///< another member has it, or had it lately
    too_many,    ///< the member has enough connections already
    too_many_new ///< the member has brought too many new nodes lately, see new_nodes
  };
  /// The connection's node has introduced itself. A node that the member has had before costs it
  /// nothing of what it may bring; without certificates, an address stands for the member.
  entrance enter(std::uint64_t connection, const std::string& node, member who,
                 steady::time_point now = steady::now());
  /// The connection has ended. Its node stays reserved for the same certificate for a while
  /// (CAF may still hold messages of it).
  void leave(std::uint64_t connection);

  /// The connection that has this node; 0: none.
  std::uint64_t connection_of(const std::string& node) const;
  /// Who has this node now.
  std::optional<member> find(const std::string& node) const;
  /// The member may reach this actor, and no other may.
  void grant(const std::string& node, std::uint64_t actor);
  /// The actor has ended. It counts no more, but its member may still have sent something to it.
  void ended(std::uint64_t actor);
  bool may_reach(std::uint64_t connection, std::uint64_t actor) const;
  /// How many actors the member may reach that have not ended.
  std::size_t grants(std::uint64_t connection) const;
  /// How many connections show this certificate.
  std::size_t connections_of(const std::string& fingerprint) const;

private:
  struct entry {
    std::uint64_t connection = 0; ///< 0: it has ended
    member who;
    std::set<std::uint64_t> actors{};
    std::set<std::uint64_t> alive{}; ///< of the actors
  };
  const entry* of(std::uint64_t connection) const;
  std::size_t count_of(const std::string& fingerprint) const;
  void forget_ended();

  mutable std::mutex mutex_;
  std::map<std::string, entry> nodes_;
  std::map<std::uint64_t, std::string> connections_;
  std::vector<std::string> ended_; ///< nodes, the oldest first
  new_nodes new_;
};

} // namespace volumeviz::wire
