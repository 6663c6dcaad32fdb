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

/// What the peer of a connection has proven about itself.
struct member {
  std::string address{};            ///< "192.0.2.7"
  bool certified = false;           ///< by mutual TLS; false on a port without TLS
  std::vector<std::string> names{}; ///< of its certificate, in their exact spelling
  std::string fingerprint{};        ///< SHA-256 of its certificate, in hex; empty without TLS
};

/// Shared by the front, which knows connections and certificates, and the hub's actors, which know
/// CAF nodes. The front records which member has which node; the actors record which actors a
/// member may reach. Thread-safe.
class member_registry {
public:
  using steady = std::chrono::steady_clock;
  /// How many connections may use the same certificate. A process has one connection; there are
  /// more while it restarts, or when a certificate is used twice by mistake.
  static constexpr std::size_t connections_max = 8;

  /// Unless it is `added`, nothing has changed.
  enum class outcome {
    added,
    own,         ///< an older connection of the same member still has this node
    taken,       ///< another member has this node, or had it lately
    too_many,    ///< the member has too many connections already
    too_many_new ///< the member has used too many new nodes lately, see new_nodes
  };
  /// Records the node of a connection. A node that the member has had before does not count as new.
  /// Without certificates, the address stands for the member.
  outcome add(std::uint64_t connection, const std::string& node, member owner,
              steady::time_point now = steady::now());
  /// Records that a connection has ended. Its node stays reserved for the same certificate for a
  /// while, since CAF may still hold messages of it.
  void remove(std::uint64_t connection);

  /// The open connection of this node; 0: none.
  std::uint64_t connection_of(const std::string& node) const;
  /// The member that has this node now.
  std::optional<member> find(const std::string& node) const;
  /// Allows the member of this node to reach this actor. No other member may.
  void grant(const std::string& node, std::uint64_t actor);
  /// Records that an actor has ended. It no longer counts, but messages to it may still be under
  /// way.
  void ended(std::uint64_t actor);
  bool may_reach(std::uint64_t connection, std::uint64_t actor) const;
  /// How many actors that have not ended the member may reach.
  std::size_t grants(std::uint64_t connection) const;
  /// How many connections use this certificate.
  std::size_t connections_of(const std::string& fingerprint) const;

private:
  struct entry {
    std::uint64_t connection = 0; ///< 0: ended
    member owner;
    std::set<std::uint64_t> actors{};
    std::set<std::uint64_t> alive{}; ///< those of `actors` that have not ended
  };
  const entry* of(std::uint64_t connection) const;
  std::size_t count_of(const std::string& fingerprint) const;
  void forget_ended();

  mutable std::mutex mutex_;
  std::map<std::string, entry> nodes_;
  std::map<std::uint64_t, std::string> connections_;
  std::vector<std::string> ended_; ///< nodes without a connection, the oldest first
  new_nodes new_;
};

} // namespace volumeviz::wire
