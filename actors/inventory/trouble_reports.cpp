#include "actors/inventory/trouble_reports.hpp"

#include <fmt/format.h>

namespace volumeviz {

trouble_reports::trouble_reports(resource_handler_actor::pointer self, const handler_parts& parts)
    : self_(self), parts_(parts),
      docker_(parts.log, fmt::format("fetching {}", plural(parts.kind))),
      store_(parts.log, fmt::format("writing {}", plural(parts.kind))),
      reported_(parts.restarted) { // the handler before this one may have reported a trouble
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
  parts_.log->debug("{} are not written: {}", plural(parts_.kind), why.text);
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
  self_->send(parts_.health, atom::trouble_v, parts_.kind, why);
}

} // namespace volumeviz
