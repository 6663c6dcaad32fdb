#pragma once

#include "actors/inventory/handler_parts.hpp"
#include "actors/platform/repeated.hpp"

namespace volumeviz {

/// Reports whether a handler can fetch its kind and write it: to the health reporter, and to the
/// log when a trouble begins and when it ends.
class trouble_reports {
public:
  trouble_reports(resource_handler_actor::pointer self, context_ptr context,
                  const handler_parts& parts);

  /// Docker did not answer, or has not answered yet.
  void docker_failed(const failure& why);
  void docker_answered() { docker_.worked(); }
  void store_failed(const failure& why);
  /// Another node writes the rows. This is not a trouble: a standby exists for it, and the store
  /// reports it once.
  void standing_by(const failure& why);
  /// A fetch was written.
  void committed();

private:
  void report(const failure& why);

  resource_handler_actor::pointer self_;
  context_ptr context_;
  const handler_parts& parts_;
  repeated_failure docker_;
  repeated_failure store_;
  /// The health reporter has a trouble of this handler.
  bool reported_;
};

} // namespace volumeviz
