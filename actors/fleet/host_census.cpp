#include "actors/fleet/host_census.hpp"

#include <caf/all.hpp>

#include <chrono>
#include <utility>

namespace volumeviz {

namespace {

constexpr std::chrono::milliseconds interval{10'000};
constexpr std::chrono::milliseconds retry{500};

} // namespace

host_census::host_census(interface::pointer self, context_ptr context, host_census_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)),
      trouble_(context_->log, "reading the recorded hosts") {
}

host_census::interface::behavior_type host_census::make_behavior() {
  self_->send<caf::message_priority::high>(self_, atom::census_due_v);
  return {[this](atom::census_due) { read_hosts(); }};
}

void host_census::read_hosts() {
  auto rows = parts_.hosts();
  self_->delayed_send<caf::message_priority::high>(self_, rows ? interval : retry,
                                                   atom::census_due_v);
  if (rows) {
    trouble_.worked();
    self_->send(context_->handles.roster, atom::hosts_v, std::move(*rows));
  } else if (rows.error().code != ec::store_schema) {
    // Without a schema there are no hosts; the store is about to create it.
    trouble_.failed(rows.error().text);
  }
}

} // namespace volumeviz
