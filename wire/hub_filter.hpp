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

/// What a hub lets in of a member: its introduction, requests to the gate and to its own sessions,
/// and the two messages with which CAF watches for the end of an actor. Everything else is a
/// violation: a star needs no routing, no named receivers, nothing to spawn, and no answers of an
/// agent, since a hub asks agents nothing.
class hub_filter final : public frame_filter {
public:
  using steady = std::chrono::steady_clock;

  /// `who`: what the connection has proven before the first frame. `own`: our node, as CAF spells
  /// it. `gate`: the id of the actor that the hub publishes. `supersede`: ends an older connection
  /// of the same process.
  hub_filter(std::uint64_t connection, std::string own, std::uint64_t gate, member who,
             std::shared_ptr<member_registry> members,
             std::function<void(std::uint64_t connection)> supersede);

  verdict header(const frame_header& x) override;
  verdict frame(const frame_header& x, bytes payload) override;
  passage sent(const frame_header& x) override;

  bool introduced() const noexcept { return !node_.empty(); }
  using unsent_time = std::optional<steady::time_point>;
  /// How many of its requests have not been answered yet. Those that have waited for over a minute
  /// count no more: an actor that dies answers nothing. But while bytes wait for the peer, answers
  /// may be among them, and all count. `unsent_since`: see relay::unsent_since().
  std::size_t unanswered(steady::time_point now, unsent_time unsent_since = {});
  /// Whether it has left bytes unread for over a minute, and a request without an answer for as
  /// long: it makes CAF keep its answers.
  bool leaves_answers_unread(steady::time_point now, unsent_time unsent_since) const;

private:
  verdict introduction(const frame_header& x, bytes payload);
  verdict message(const frame_header& x, bytes payload);
  verdict receiver(const frame_header& x) const;
  verdict monitor(const frame_header& x, bytes payload);
  verdict down(const frame_header& x, bytes payload);

  const std::uint64_t connection_;
  const std::string own_;
  const std::uint64_t gate_;
  const member who_;
  const std::shared_ptr<member_registry> members_;
  const std::function<void(std::uint64_t)> supersede_;
  std::string node_; ///< empty until it has introduced itself
  int introductions_ = 0;
  int monitors_ = 0;
  /// Actors of ours that have answered it. The gate is behind a lasting address: what answers has
  /// another id than what was asked.
  std::set<std::uint64_t> answered_;
  /// Actors of its that have asked something and have not ended: CAF keeps a stand-in for each.
  std::set<std::uint64_t> askers_;
  /// By the asking actor and the request's number: when it came.
  std::map<std::pair<std::uint64_t, std::uint64_t>, steady::time_point> asked_;
};

} // namespace volumeviz::wire
