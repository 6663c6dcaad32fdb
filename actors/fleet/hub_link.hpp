#pragma once

#include "actors/fleet/batch_sender.hpp"
#include "actors/fleet/hub_client.hpp"
#include "actors/fleet/hub_link_parts.hpp"

namespace volumeviz {

/// HUB LINK: an agent's way to its hub, in the place of the inventory store. The hub_client
/// connects and keeps the session alive. The batch_sender sends what the handlers have observed;
/// the hub answers when it has committed a batch.
///
/// While the hub is away, every batch fails at once. Its handler then keeps what the batch was
/// about: pending keys, or the request for a list. So nothing is lost, nothing accumulates, and no
/// handler waits.
class hub_link {
public:
  using interface = hub_link_actor;

  hub_link(interface::pointer self, context_ptr context, hub_link_parts parts);
  hub_link(const hub_link&) = delete;
  hub_link& operator=(const hub_link&) = delete;
  interface::behavior_type make_behavior();

private:
  void connected(const hub_session_actor& session, const link_welcome& welcome);
  void disconnected(const failure& why);
  void store_locked(const failure& why);
  void report_up();
  void report(store_report&& current);
  void wake_handlers(bool snapshot);

  interface::pointer self_;
  context_ptr context_;
  hub_link_parts parts_;
  hub_client client_;
  batch_sender sender_;
  /// From the hub's newest answer: another writer has the host's lock. Empty: none has.
  failure locked_out_;
};

} // namespace volumeviz
