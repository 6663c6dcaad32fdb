#pragma once

#include "wire/frame_filter.hpp"

#include <deque>
#include <set>
#include <utility>

namespace volumeviz::wire {

/// What an agent accepts from its hub: the hub's handshake, answers to the agent's own requests,
/// and the two messages with which CAF monitors actors. So a hub under an attacker's control can
/// answer that rows were written, and nothing else.
class agent_filter final : public frame_filter {
public:
  verdict header(const frame_header& x) override;
  verdict frame(const frame_header& x, bytes payload) override;
  passage sent(const frame_header& x) override;

private:
  /// The asking actor, and the number of its request.
  using question = std::pair<std::uint64_t, std::uint64_t>;

  verdict handshake(bytes payload);
  verdict answer(const frame_header& x, bytes payload);
  void remember(const question& x);

  std::string node_; ///< of the hub; empty until its handshake
  std::set<question> asked_;
  std::deque<question> in_order_;
  std::set<std::uint64_t> own_; ///< our actors that have sent requests
};

} // namespace volumeviz::wire
