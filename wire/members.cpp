#include "wire/members.hpp"

#include "wire/origin.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::wire {

namespace {

// A node id is never used again by another process, so these only have to outlive what CAF still
// holds of an ended connection.
constexpr std::size_t ended_max = 4096;

// Many agents of one process share a connection in tests only; a session that ended stays reachable
// for its own member, and there is nobody behind it.
constexpr std::size_t actors_max = 256;

// Many agents may have one address, behind a gateway or on one machine.
constexpr new_nodes::rate of_certificate{.burst = 16, .interval = std::chrono::seconds{5}};
constexpr new_nodes::rate of_address{.burst = 256, .interval = std::chrono::seconds{1}};

} // namespace

member_registry::entrance member_registry::enter(std::uint64_t connection, const std::string& node,
                                                 member who, steady::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  if (known != nodes_.end()) {
    const auto& before = known->second.who;
    // A renewed certificate is another one; its process has another node.
    if (before.fingerprint != who.fingerprint || (!who.certified && before.address != who.address))
      return entrance::taken;
    if (known->second.connection != 0)
      return entrance::own;
  }
  // Here and not earlier: they prove who they are side by side, and count from now on.
  if (who.certified && count_of(who.fingerprint) >= connections_max)
    return entrance::too_many;
  if (known == nodes_.end()
      && !(who.certified ? new_.admit(who.fingerprint, of_certificate, now)
                         : new_.admit(origin_of(who.address), of_address, now)))
    return entrance::too_many_new;
  std::erase(ended_, node);
  nodes_[node] = {.connection = connection, .who = std::move(who)};
  connections_[connection] = node;
  return entrance::entered;
}

std::uint64_t member_registry::connection_of(const std::string& node) const {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  return known == nodes_.end() ? 0 : known->second.connection;
}

void member_registry::leave(std::uint64_t connection) {
  const std::lock_guard lock(mutex_);
  const auto known = connections_.extract(connection);
  if (known.empty())
    return;
  auto& node = nodes_[known.mapped()];
  node.connection = 0;
  node.actors.clear();
  node.alive.clear();
  ended_.push_back(known.mapped());
  forget_ended();
}

void member_registry::forget_ended() {
  if (ended_.size() <= ended_max)
    return;
  nodes_.erase(ended_.front());
  ended_.erase(ended_.begin());
}

std::optional<member> member_registry::find(const std::string& node) const {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  if (known == nodes_.end() || known->second.connection == 0)
    return std::nullopt;
  return known->second.who;
}

void member_registry::grant(const std::string& node, std::uint64_t actor) {
  const std::lock_guard lock(mutex_);
  const auto known = nodes_.find(node);
  if (known == nodes_.end() || known->second.connection == 0)
    return;
  auto& [connection, who, actors, alive] = known->second;
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
    return nodes_.at(x.second).who.fingerprint == fingerprint;
  }));
}

} // namespace volumeviz::wire
