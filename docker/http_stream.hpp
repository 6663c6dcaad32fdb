#pragma once

#include "docker/client.hpp"
#include "docker/session.hpp"

namespace volumeviz::docker {

/// The event stream of a real daemon. The thread in run() only reads, cuts lines, parses and calls
/// the sinks. It must not lag: dockerd silently drops the events of a subscriber that lags by about
/// a second, and slows down all its other clients meanwhile.
class http_stream final : public event_stream {
public:
  http_stream(address where, std::shared_ptr<deadline_keeper> keeper,
              const stream_settings& settings);
  failure run(const stream_sinks& sinks) override;
  void stop() noexcept override;
  bool connected() const noexcept override;

private:
  session session_;
  stream_settings settings_;
};

} // namespace volumeviz::docker
