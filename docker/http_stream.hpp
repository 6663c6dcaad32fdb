#pragma once

#include "docker/client.hpp"
#include "docker/session.hpp"

namespace volumeviz::docker {

/// The event stream of a real daemon. The thread in run() does nothing but read, cut lines, parse
/// and call the sinks: dockerd drops the events of a subscriber that lags by a second or so without
/// a word, and slows down all its other clients meanwhile.
class http_stream final : public event_stream {
public:
  http_stream(address where, std::shared_ptr<deadline_keeper> keeper,
              const stream_settings& settings);
  failure run(const stream_sinks& sinks) override;
  void stop() noexcept override;
  bool stands() const noexcept override;

private:
  session session_;
  stream_settings settings_;
};

} // namespace volumeviz::docker
