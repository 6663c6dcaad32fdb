#include "wire/members.hpp"

#include "runtime/invariant.hpp"
#include "wire/origin.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::wire {

namespace {

// Another process never gets the same node id. So ended nodes only have to be kept as long as CAF
// may hold messages of their connections.
constexpr std::size_t ended_max = 4096;

// Only in tests do many agents share a connection. An ended session stays reachable for its own
// member, which is harmless.
constexpr std::size_t actors_max = 256;

// Many agents may have the same address, behind a gateway or on one machine.
constexpr new_nodes::rate of_certificate{.burst = 16, .interval = std::chrono::seconds{5}};
constexpr new_nodes::rate of_address{.burst = 256, .interval = std::chrono::seconds{1}};

} // namespace

member_registry::outcome member_registry::add(std::uint64_t connection, const std::string& node,
                                              member owner, steady::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  if (known != nodes_.end()) {
    const auto& before = known->second.owner;
    // A process that uses a renewed certificate was restarted, so it has another node.
    if (before.fingerprint != owner.fingerprint
        || (!owner.certified && before.address != owner.address))
      return outcome::taken;
    if (known->second.connection != 0)
      return outcome::own;
  }
  // Checked here and not only after TLS: several connections may do their TLS handshake at once,
  // and count from now on.
  if (owner.certified && count_of(owner.fingerprint) >= connections_max)
    return outcome::too_many;
  if (known == nodes_.end()
      && !(owner.certified ? new_.admit(owner.fingerprint, of_certificate, now)
                           : new_.admit(origin_of(owner.address), of_address, now)))
    return outcome::too_many_new;
  std::erase(ended_, node);
  nodes_[node] = {.connection = connection, .owner = std::move(owner)};
  invariant(connections_.emplace(connection, node).second, "a connection has one node");
  return outcome::added;
}

std::uint64_t member_registry::connection_of(const std::string& node) const {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  return known == nodes_.end() ? 0 : known->second.connection;
}

void member_registry::remove(std::uint64_t connection) {
  const std::lock_guard lock(mutex_);
  const auto known = connections_.extract(connection);
  if (known.empty())
    return;
  auto& node = nodes_.at(known.mapped());
  invariant(node.connection == connection, "a node and its connection refer to each other");
  node.connection = 0;
  node.actors.clear();
  node.alive.clear();
  ended_.push_back(known.mapped());
  forget_ended();
}

void member_registry::forget_ended() {
  if (ended_.size() <= ended_max)
    return;
  const auto oldest = nodes_.find(ended_.front());
  invariant(oldest != nodes_.end() && oldest->second.connection == 0,
            "nodes are forgotten only after their connection has ended");
  nodes_.erase(oldest);
  ended_.erase(ended_.begin());
}

std::optional<member> member_registry::find(const std::string& node) const {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  if (known == nodes_.end() || known->second.connection == 0)
    return std::nullopt;
  return known->second.owner;
}

void member_registry::grant(const std::string& node, std::uint64_t actor) {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  if (known == nodes_.end() || known->second.connection == 0)
    return;
  auto& [connection, owner, actors, alive] = known->second;
  actors.insert(actor);
  alive.insert(actor);
  if (actors.size() <= actors_max)
    return;
  alive.erase(*actors.begin()); // ids only grow
  actors.erase(actors.begin());
}

void member_registry::ended(std::uint64_t actor) {
  const std::lock_guard lock(mutex_);
  for (const auto& [connection, node] : connections_)
    nodes_.at(node).alive.erase(actor);
}

const member_registry::entry* member_registry::of(std::uint64_t connection) const {
  const auto node = connections_.find(connection);
  return node == connections_.end() ? nullptr : &nodes_.at(node->second);
}

bool member_registry::may_reach(std::uint64_t connection, std::uint64_t actor) const {
  const std::lock_guard lock(mutex_);
  const auto* x = of(connection);
  return x != nullptr && x->actors.contains(actor);
}

std::size_t member_registry::grants(std::uint64_t connection) const {
  const std::lock_guard lock(mutex_);
  const auto* x = of(connection);
  return x == nullptr ? 0 : x->alive.size();
}

std::size_t member_registry::connections_of(const std::string& fingerprint) const {
  const std::lock_guard lock(mutex_);
  return count_of(fingerprint);
}

std::size_t member_registry::count_of(const std::string& fingerprint) const {
  return static_cast<std::size_t>(std::ranges::count_if(connections_, [&](const auto& x) {
    return nodes_.at(x.second).owner.fingerprint == fingerprint;
  }));
}

} // namespace volumeviz::wire
