#include "actors/inventory/trouble_reports.hpp"

#include <fmt/format.h>

#include <utility>

namespace volumeviz {

trouble_reports::trouble_reports(resource_handler_actor::pointer self, context_ptr context,
                                 const handler_parts& parts)
    : self_(self), context_(std::move(context)), parts_(parts),
      docker_(context_->log, fmt::format("fetching {}", plural(parts.kind))),
      store_(context_->log, fmt::format("writing {}", plural(parts.kind))),
      reported_(parts.restarted()) { // the handler before this one may have reported a trouble
}

void trouble_reports::docker_failed(const failure& why) {
  docker_.failed(why.text);
  report(why);
}

void trouble_reports::store_failed(const failure& why) {
  store_.failed(why.text);
  report(why);
}

void trouble_reports::standing_by(const failure& why) {
  context_->log->debug("{} are not written: {}", plural(parts_.kind), why.text);
  if (reported_)
    report({});
}

void trouble_reports::committed() {
  store_.worked();
  if (reported_)
    report({});
}

void trouble_reports::report(const failure& why) {
  reported_ = !why.text.empty();
  self_->send(context_->handles.health, atom::trouble_v, parts_.kind, why);
}

} // namespace volumeviz
