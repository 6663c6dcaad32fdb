#include "wire/hub_filter.hpp"

#include "wire/published.hpp"
#include "wire/shape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace volumeviz::wire {

namespace {

using namespace std::chrono_literals;

// Longer than a session waits for its store, unless the database hangs.
constexpr auto forgotten_after = 70s;

// CAF sends one when it connects, and one to select the connection.
constexpr int handshakes_max = 2;

// CAF monitors our actor once for each handle that it creates: of the gate, and of each session.
constexpr int monitors_max = 10'000;

// The gate, and the sessions that exist at the same time.
constexpr std::size_t answered_max = 1'000;

// Each hub link is one asking actor.
constexpr std::size_t askers_max = 2'048;

} // namespace

hub_filter::hub_filter(std::uint64_t connection, std::string own, std::uint64_t gate, member from,
                       std::shared_ptr<member_registry> members,
                       std::function<void(std::uint64_t)> supersede)
    : connection_(connection), own_(std::move(own)), gate_(gate), member_(std::move(from)),
      members_(std::move(members)), supersede_(std::move(supersede)) {
}

verdict hub_filter::header(const frame_header& x) {
  if (x.what == operation::server_handshake)
    return refuse(violation::operation, "the handshake of a hub, sent to a hub");
  if (!has_node() && x.what != operation::client_handshake)
    return refuse(violation::operation, "a message before the handshake");
  if (auto sound = check_header(x); !sound)
    return sound;
  if (x.what == operation::direct_message)
    return receiver(x);
  return passage::forward;
}

verdict hub_filter::receiver(const frame_header& x) const {
  if ((x.flags & named_receiver) != 0)
    return x.target == spawn_server
               ? verdict{passage::forward} // frame() checks its content
               : refuse(violation::receiver, "a message to an actor by its name");
  if (is_response(x.data))
    return refuse(violation::response, "an answer, although a hub asks nothing");
  if (!is_request(x.data))
    return refuse(violation::type, "a message that is not a request");
  if (x.target != gate_ && !members_->may_reach(connection_, x.target))
    return refuse(violation::receiver,
                  fmt::format("a message to actor {}, which is not its own session", x.target));
  return passage::forward;
}

verdict hub_filter::frame(const frame_header& x, bytes payload) {
  switch (x.what) {
  case operation::client_handshake:
    return handshake(x, payload);
  case operation::direct_message:
    return message(x, payload);
  case operation::monitor_message:
    return monitor(x, payload);
  case operation::down_message:
    return down(x, payload);
  default:
    return passage::forward;
  }
}

verdict hub_filter::handshake(const frame_header& x, bytes payload) {
  shape_reader read{payload, {}};
  std::string node;
  read.node(&node);
  if (!read.done() || node.empty())
    return refuse(violation::shape, "a handshake without a node id");
  if (++handshakes_ > handshakes_max || (has_node() && node != node_)
      || ((x.flags & select_connection) != 0) != has_node())
    return refuse(violation::node, "a second handshake");
  if (has_node())
    return passage::forward;
  switch (members_->add(connection_, node, member_)) {
  case member_registry::outcome::taken:
    return refuse(violation::node, "the node id of another member");
  case member_registry::outcome::own:
    // CAF may still route to the older connection. The agent connects again when that has ended.
    supersede_(members_->connection_of(node));
    return tl::unexpected{complaint{violation::node, "a newer connection", false}};
  case member_registry::outcome::too_many:
    return refuse(refusal::too_many_of_member, "this member has too many connections already");
  case member_registry::outcome::too_many_new:
    return refuse(
        refusal::too_many_of_member,
        "this member has started too many new processes lately; it has to wait some seconds");
  case member_registry::outcome::added:
    break;
  }
  node_ = node;
  return passage::forward;
}

verdict hub_filter::message(const frame_header& x, bytes payload) {
  if ((x.flags & named_receiver) != 0)
    return check_spawn_server(payload);
  const auto to = check_request(payload);
  if (!to)
    return tl::unexpected{to.error()};
  if ((*to == receiver::gate) != (x.target == gate_))
    return refuse(violation::receiver, *to == wire::receiver::gate
                                           ? "a hello to an actor other than the gate"
                                           : "rows or a heartbeat to the gate");
  askers_.insert(x.source);
  if (askers_.size() > askers_max)
    return refuse(violation::operation, "requests from too many actors");
  if (!asked_.try_emplace({x.source, request_number(x.data)}, steady::now()).second)
    return refuse(violation::operation, "a request with the number of an unanswered one");
  return passage::forward;
}

verdict hub_filter::monitor(const frame_header& x, bytes payload) {
  if (x.target != gate_ && !answered_.contains(x.target)
      && !members_->may_reach(connection_, x.target))
    return refuse(
        violation::receiver,
        fmt::format("a request to monitor actor {}, which is not its own session", x.target));
  if (++monitors_ > monitors_max)
    return refuse(violation::operation, "requests to monitor too many actors");
  return check_nodes(payload, false, node_, own_);
}

verdict hub_filter::down(const frame_header& x, bytes payload) {
  auto sound = check_nodes(payload, true, node_, own_);
  if (sound)
    askers_.erase(x.source);
  return sound;
}

passage hub_filter::sent(const frame_header& x) {
  if (x.what != operation::direct_message)
    return passage::forward;
  if ((x.flags & named_receiver) != 0)
    return passage::drop;
  if (is_response(x.data)) {
    asked_.erase({x.target, request_number(x.data)});
    answered_.insert(x.source);
    if (answered_.size() > answered_max)
      answered_.erase(answered_.begin()); // ids only grow
  }
  return passage::forward;
}

std::size_t hub_filter::unanswered(steady::time_point now, unsent_time unsent_since) {
  if (!unsent_since)
    std::erase_if(asked_, [now](const auto& x) { return now - x.second > forgotten_after; });
  return asked_.size();
}

bool hub_filter::leaves_answers_unread(steady::time_point now, unsent_time unsent_since) const {
  return unsent_since && now - *unsent_since > forgotten_after
         && std::ranges::any_of(asked_,
                                [now](const auto& x) { return now - x.second > forgotten_after; });
}

} // namespace volumeviz::wire
