#pragma once

#include "config/settings.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/waiting_room.hpp"
#include "http/worker_pool.hpp"
#include "messages/error.hpp"

#include <functional>
#include <memory>

namespace volumeviz::http {

struct listener_limits {
  waiting_limits waiting;
  std::size_t threads = 8;
  std::size_t queued_requests = 128;
  std::chrono::milliseconds patience{2'000};    ///< the longest that a request may be queued
  std::chrono::milliseconds write_stall{3'000}; ///< without the peer taking a byte
  std::chrono::milliseconds write_all{10'000};
  int requests_per_connection = 1000;
};

/// Answers what comes at an address with `answer`, which is called on several threads at once.
/// Fails with ec::bad_request and a sentence when the address can't be bound.
result<std::unique_ptr<server>> listen(const text::host_port& where, const listener_limits& limits,
                                       std::function<response(const request&)> answer);

} // namespace volumeviz::http
