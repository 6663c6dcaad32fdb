#pragma once

#include "config/settings.hpp"
#include "http/event_streams.hpp"
#include "http/idle_connections.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/worker_pool.hpp"
#include "messages/error.hpp"

#include <functional>
#include <memory>

namespace volumeviz::http {

struct listener_limits {
  idle_limits idle;
  std::size_t threads = 8;
  std::size_t queued_requests = 128;
  std::chrono::milliseconds max_queued{2'000}; ///< a request that waited longer is refused
  /// A thread that has had no request for so long ends: longer than from one scrape to the next.
  std::chrono::milliseconds idle_thread{70'000};
  std::chrono::milliseconds write_stall{3'000}; ///< without the peer taking a byte
  std::chrono::milliseconds write_all{10'000};
  int requests_per_connection = 1000;
};

/// Listens at `where` and answers each request with `answer`, which is called on several threads at
/// once. `streams` takes the connections over whose answer is a stream; null: there are none. Fails
/// with ec::bad_request when the address can't be bound.
result<std::unique_ptr<server>> listen(const text::host_port& where, const listener_limits& limits,
                                       std::function<response(const request&)> answer,
                                       std::shared_ptr<event_streams> streams = {});

} // namespace volumeviz::http
