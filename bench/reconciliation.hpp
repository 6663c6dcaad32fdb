#pragma once

#include "bench/measure.hpp"

namespace volumeviz::bench {

/// Requests a full reconciliation and waits until the node says that it is done, in milliseconds.
/// It asks the node each `step`, which costs the node some CPU. Throws after two minutes.
double reconcile(const support::http_probe& node,
                 std::chrono::milliseconds step = std::chrono::milliseconds{5});

/// Waits until the node's number of reconciliations does not change for two seconds: a start lists
/// a second time.
void await_quiet(const support::http_probe& node);

} // namespace volumeviz::bench
