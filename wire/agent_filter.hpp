#pragma once

#include "wire/frame_filter.hpp"

#include <deque>
#include <set>
#include <utility>

namespace volumeviz::wire {

/// What an agent lets in of its hub: the hub's handshake, answers to what it has asked, and the two
/// messages with which CAF watches for the end of an actor. A hub that somebody has taken over can
/// tell an agent that its rows were written, and nothing else.
class agent_filter final : public frame_filter {
public:
  verdict header(const frame_header& x) override;
  verdict frame(const frame_header& x, bytes payload) override;
  passage sent(const frame_header& x) override;

private:
  using question = std::pair<std::uint64_t, std::uint64_t>; ///< who asks, the request's number

  verdict introduction(bytes payload);
  verdict answer(const frame_header& x, bytes payload);
  void remember(const question& x);

  std::string node_; ///< the hub's; empty until its handshake
  std::set<question> asked_;
  std::deque<question> in_order_;
  std::set<std::uint64_t> own_; ///< actors of ours that have asked something
};

} // namespace volumeviz::wire
