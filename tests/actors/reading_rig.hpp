#pragma once

#include "tests/actors/stream_rig.hpp"

#include <chrono>

namespace volumeviz::testing {

/// A stream rig whose stream is open.
struct reading : stream_rig {
  reading() { start(); }
  /// The daemon's last event came so long before the stream was opened.
  explicit reading(std::chrono::milliseconds before) {
    docker.chatter(1);
    advance(before);
    start();
  }

  /// The stream has ended and there is a new one.
  void reconnect() {
    settle_end();
    until_next_stream();
    settle();
  }
};

} // namespace volumeviz::testing
