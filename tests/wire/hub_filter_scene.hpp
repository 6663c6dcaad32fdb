#pragma once

#include "tests/wire/caf_bytes.hpp"
#include "tests/wire/rows.hpp"
#include "wire/hub_filter.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::wire::testing {

inline constexpr std::uint64_t gate = 20, session = 31, foreign_session = 32, asker = 900;

/// A hub's filter for one connection, and the registry of its members.
struct scene {
  std::shared_ptr<member_registry> members = std::make_shared<member_registry>();
  std::vector<std::uint64_t> superseded;
  caf::node_id node = node_number(1);
  hub_filter filter = connection(1, "print");

  hub_filter connection(std::uint64_t number, const std::string& fingerprint) {
    return {
        number,
        text_of(node_number(200)),
        gate,
        member{.address = "192.0.2.7", .certified = true, .names = {}, .fingerprint = fingerprint},
        members,
        [this](std::uint64_t x) { superseded.push_back(x); }};
  }
  /// "forward", "drop", or the reason of the refusal.
  static std::string take(hub_filter& by, const frame& x) {
    auto allowed = by.header(x.parsed());
    if (allowed)
      allowed = by.frame(x.parsed(), x.payload);
    if (!allowed)
      return link_violation_names[static_cast<std::size_t>(allowed.error().why)];
    return *allowed == passage::forward ? "forward" : "drop";
  }
  std::string take(const frame& x) { return take(filter, x); }
  scene& handshake() {
    REQUIRE(take(client_handshake(node)) == "forward");
    members->grant(text_of(node), session);
    return *this;
  }
};

// CAF gives a node no id on a machine whose only network interface is the loopback.
inline const auto own = [] { return node_number(200); };
inline const auto hello = [] { return shared_caf().message(full_hello()); };
inline const auto chunk = [] { return shared_caf().message(full_chunk()); };

} // namespace volumeviz::wire::testing
