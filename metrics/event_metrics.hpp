#pragma once

#include "messages/docker_event.hpp"
#include "metrics/families.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace volumeviz::metrics {

/// The numbers about events and about the stream that brings them.
class event_metrics {
public:
  explicit event_metrics(prometheus::Registry& registry);

  void processed(const event_meaning& what, std::uint64_t count);
  void failed(ec why, std::string_view event_type, std::uint64_t count);

  std::uint64_t processed_total() const;
  std::uint64_t failed_total() const;

private:
  struct type_row {
    std::string_view event_type;
    std::array<counter*, failure_types.size()> by_error{};
  };
  std::vector<counter*> processed_; ///< in the order of event_catalogue()
  std::vector<type_row> failed_;    ///< the last one is "unknown"

public:
  counter& dropped;
  counter& ignored;
  gauge& queue_size;
  gauge& connection_status;
  counter& reconnects;
  histogram& stream_duration;
  gauge& last_event_timestamp;
  histogram& apply_latency;
  std::array<gauge*, 2> pending_keys; ///< by resource_kind
  std::array<gauge*, 2> unverified;   ///< likewise
  histogram& stream_lag;
  counter& stream_read_bytes;
  counter& audits_passed;
  counter& audits_failed;
};

} // namespace volumeviz::metrics
