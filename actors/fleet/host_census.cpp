#include "actors/fleet/host_census.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <utility>

namespace volumeviz {

namespace {

constexpr auto interval = std::chrono::seconds{10};

} // namespace

host_census::host_census(interface::pointer self, host_census_parts parts)
    : self_(self), parts_(std::move(parts)), trouble_(parts_.log, "reading the recorded hosts") {
}

host_census::interface::behavior_type host_census::make_behavior() {
  self_->send<caf::message_priority::high>(self_, atom::tick_v);
  return {[this](atom::tick) { count(); }};
}

void host_census::count() {
  self_->delayed_send<caf::message_priority::high>(self_, interval, atom::tick_v);
  auto rows = parts_.hosts();
  if (!rows) {
    trouble_.failed(rows.error().text);
    return;
  }
  trouble_.worked();
  self_->send(parts_.roster, atom::hosts_v, std::move(*rows));
}

} // namespace volumeviz
