#pragma once

#include "wire/frame_filter.hpp"
#include "wire/members.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace volumeviz::wire {

/// What a hub accepts from a member: its handshake, requests to the gate and to its own sessions,
/// and the two messages with which CAF monitors actors. Everything else is a violation: agents need
/// no routing, no receivers by name and no remote spawning, and they send no answers, since a hub
/// asks nothing.
class hub_filter final : public frame_filter {
public:
  using steady = std::chrono::steady_clock;

  /// `own`: our node, in CAF's text form. `gate`: the id of the actor that the hub publishes.
  /// `from`: what the connection has proven before the first frame. `supersede`: ends an older
  /// connection of the same process.
  hub_filter(std::uint64_t connection, std::string own, std::uint64_t gate, member from,
             std::shared_ptr<member_registry> members,
             std::function<void(std::uint64_t connection)> supersede);

  verdict header(const frame_header& x) override;
  verdict frame(const frame_header& x, bytes payload) override;
  passage sent(const frame_header& x) override;

  /// Whether the member has completed CAF's handshake.
  bool has_node() const noexcept { return !node_.empty(); }
  using unsent_time = std::optional<steady::time_point>;
  /// How many of the member's requests have no answer yet. Requests older than 70 s do not count,
  /// since an actor that dies sends no answer. While bytes wait for the peer all requests count,
  /// since answers may be among these bytes. `unsent_since`: see relay::unsent_since().
  std::size_t unanswered(steady::time_point now, unsent_time unsent_since = {});
  /// Whether the member has left bytes unread for 70 s, and a request has had no answer for as
  /// long: it makes CAF keep the answers in memory.
  bool leaves_answers_unread(steady::time_point now, unsent_time unsent_since) const;

private:
  verdict handshake(const frame_header& x, bytes payload);
  verdict message(const frame_header& x, bytes payload);
  verdict receiver(const frame_header& x) const;
  verdict monitor(const frame_header& x, bytes payload);
  verdict down(const frame_header& x, bytes payload);

  const std::uint64_t connection_;
  const std::string own_;
  const std::uint64_t gate_;
  const member member_;
  const std::shared_ptr<member_registry> members_;
  const std::function<void(std::uint64_t)> supersede_;
  std::string node_; ///< of the member; empty until its handshake
  int handshakes_ = 0;
  int monitors_ = 0;
  /// Our actors that have answered the member. The gate's permanent address is a relay, so the
  /// actor that answers has another id than the one that was asked.
  std::set<std::uint64_t> answered_;
  /// The member's actors that have sent requests and have not ended. CAF keeps a proxy for each.
  std::set<std::uint64_t> askers_;
  /// The time of each request, by the asking actor and the request's number.
  std::map<std::pair<std::uint64_t, std::uint64_t>, steady::time_point> asked_;
};

} // namespace volumeviz::wire
