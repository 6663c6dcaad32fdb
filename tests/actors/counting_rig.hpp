#pragma once

#include "actors/observers/metrics_aggregator.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

namespace volumeviz::testing {

/// A metrics aggregator with the slots of two handlers.
struct counting : support::deterministic_system {
  counting() {
    context->log = log.log();
    context->numbers = numbers;
    context->now = wall_clock();
    start_aggregator();
    context->handles.metrics = aggregator;
    run();
  }
  /// The actors have the context, and without relays its handles keep them alive.
  ~counting() { context->handles = {}; }
  void start_aggregator() {
    aggregator = spawn<shell<metrics_aggregator>>(
        make_slot("metrics_aggregator"), context_ptr{context},
        aggregator_parts{.slots = {volumes, containers},
                         .queue = queue,
                         .memory = memory,
                         .stats_interval = std::chrono::seconds{60}});
  }
  event_counters counters() { return *ask<event_counters>(aggregator, atom::counters_v)->value; }
  bool shows(const std::string& line) {
    const auto text = "\n" + *ask<std::string>(aggregator, atom::render_v)->value;
    INFO(text);
    return text.find("\n" + line + "\n") != std::string::npos;
  }

  std::shared_ptr<metrics::catalogue> numbers = std::make_shared<metrics::catalogue>();
  std::shared_ptr<admission> queue = std::make_shared<admission>(10);
  slot_ptr volumes = std::make_shared<actor_slot>("volume_handler", nullptr, queue);
  slot_ptr containers = std::make_shared<actor_slot>("container_handler", nullptr, queue);
  std::shared_ptr<stream_memory> memory = std::make_shared<stream_memory>();
  kept_log log;
  std::shared_ptr<actor_context> context = std::make_shared<actor_context>();
  metrics_aggregator_actor aggregator;
};

} // namespace volumeviz::testing
