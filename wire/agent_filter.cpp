#include "wire/agent_filter.hpp"

#include "wire/published.hpp"
#include "wire/shape.hpp"

#include <fmt/format.h>

namespace volumeviz::wire {

namespace {

// Far more than an agent's link has in flight; the oldest have timed out long ago.
constexpr std::size_t asked_max = 4096;

// A handshake lists the gate's message types, a few dozen characters each.
constexpr std::size_t signatures_max = 64;
constexpr std::size_t signature_size_max = 1024;

void skip_texts(shape_reader& read) {
  const auto count = read.length().value_or(signatures_max + 1);
  if (count > signatures_max)
    read.skip(~std::size_t{0});
  for (std::size_t i = 0; i < count && read.ok(); ++i)
    read.text(signature_size_max);
}

} // namespace

verdict agent_filter::header(const frame_header& x) {
  if (x.what == operation::client_handshake)
    return refuse(violation::operation, "the handshake of an agent, sent to an agent");
  if (node_.empty() != (x.what == operation::server_handshake))
    return refuse(violation::operation,
                  node_.empty() ? "a message before the handshake" : "a second handshake");
  if (auto sound = check_header(x); !sound)
    return sound;
  if (x.what == operation::monitor_message && !own_.contains(x.target))
    return refuse(violation::receiver,
                  fmt::format("a request to monitor actor {}, which it does not know", x.target));
  if (x.what != operation::direct_message)
    return passage::forward;
  if ((x.flags & named_receiver) != 0)
    return x.target == spawn_server
               ? verdict{passage::forward} // frame() checks its content
               : refuse(violation::receiver, "a message to an actor by its name");
  if (!is_response(x.data) || !asked_.contains({x.target, request_number(x.data)}))
    return refuse(violation::response, "an answer without a request");
  return passage::forward;
}

verdict agent_filter::frame(const frame_header& x, bytes payload) {
  switch (x.what) {
  case operation::server_handshake:
    return handshake(payload);
  case operation::direct_message:
    return answer(x, payload);
  case operation::monitor_message:
    return check_nodes(payload, false, node_);
  case operation::down_message:
    return check_nodes(payload, true, node_);
  default:
    return passage::forward;
  }
}

verdict agent_filter::handshake(bytes payload) {
  shape_reader read{payload, {}};
  std::string node;
  read.node(&node);
  skip_texts(read); // application identifiers
  read.skip(8);     // the gate's id
  skip_texts(read); // the gate's message types
  if (!read.done() || node.empty())
    return refuse(violation::shape, "a malformed handshake");
  node_ = node;
  return passage::forward;
}

verdict agent_filter::answer(const frame_header& x, bytes payload) {
  if ((x.flags & named_receiver) != 0)
    return check_spawn_server(payload);
  if (auto known = check_response(payload); !known)
    return tl::unexpected{known.error()};
  asked_.erase({x.target, request_number(x.data)});
  return passage::forward;
}

passage agent_filter::sent(const frame_header& x) {
  if (x.what != operation::direct_message)
    return passage::forward;
  if ((x.flags & named_receiver) != 0)
    return passage::drop;
  if (is_request(x.data)) {
    own_.insert(x.source);
    remember({x.source, request_number(x.data)});
  }
  return passage::forward;
}

void agent_filter::remember(const question& x) {
  asked_.insert(x);
  in_order_.push_back(x);
  while (in_order_.size() > asked_max) {
    asked_.erase(in_order_.front());
    in_order_.pop_front();
  }
}

} // namespace volumeviz::wire
