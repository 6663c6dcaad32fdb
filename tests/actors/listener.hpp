#pragma once

#include "actors/actors.hpp"
#include "actors/platform/instrumented.hpp"
#include "actors/platform/slot.hpp"

#include <caf/all.hpp>
#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::testing {

inline constexpr auto volume_kind = resource_kind::volume;
inline constexpr auto container_kind = resource_kind::container;

/// The messages that an actor has received, in order, by type.
struct heard {
  std::vector<docker_event> events;
  std::vector<std::pair<list_reason, std::uint64_t>> reconciles;
  std::vector<std::vector<std::string>> rechecks;
  std::vector<timestamp> barriers;
  std::vector<std::pair<resource_kind, std::uint64_t>> listings;
  std::vector<std::pair<resource_kind, timestamp>> verified;
  std::vector<work_report> work;
  std::vector<list_report> lists;
  std::vector<rejected_report> rejected;
  std::vector<stream_report> streams;
  std::vector<store_report> stores;
  std::vector<reconcile_status> statuses;
  std::vector<double> runs_done;
  std::vector<std::vector<row_change>> drift;
  std::vector<std::uint64_t> lost;
  std::vector<daemon_identity> opened;
  std::vector<failure> ended;
  std::vector<std::pair<resource_kind, failure>> troubles; ///< an empty text: over
  std::vector<unverified_report> unverified;
  std::vector<std::pair<resource_kind, std::string>> left_out;
  std::uint64_t overflows = 0;
  std::uint64_t stops = 0;
  std::uint64_t wakes = 0;

  std::uint64_t processed() const; ///< events, over all of `work`
  std::uint64_t failed() const;
};

/// A log that keeps its text. Its logger may outlive it.
class kept_log {
public:
  kept_log();
  std::shared_ptr<spdlog::logger> log() const { return log_; }
  std::string text() const;
  bool has(const std::string& words) const { return count(words) > 0; }
  std::size_t count(const std::string& words) const;

private:
  class keeper;
  std::shared_ptr<keeper> keeper_;
  std::shared_ptr<spdlog::logger> log_;
};

inline slot_ptr make_slot(const std::string& name, std::size_t limit = 0) {
  return std::make_shared<actor_slot>(name, nullptr,
                                      limit > 0 ? std::make_shared<admission>(limit) : nullptr);
}

/// LISTENER: stands in for any actor of actors.hpp, and keeps the messages that it receives.
class listener final : public instrumented<caf::event_based_actor> {
public:
  listener(caf::actor_config& config, std::shared_ptr<heard> what);

private:
  caf::behavior make_behavior() override;

  std::shared_ptr<heard> heard_;
};

inline stream_report connected_since(timestamp at, std::uint64_t reconnects = 0) {
  stream_report report;
  report.connected = report.docker_answers = true;
  report.connected_since = at;
  report.reconnects = reconnects;
  return report;
}
inline stream_report disconnected(failure why) {
  stream_report report;
  report.why = std::move(why);
  return report;
}

/// An event of the catalogue; its time makes it unique.
inline docker_event event_of(resource_kind kind, std::string action, std::string id,
                             timestamp time = never) {
  return {.kind = kind, .action = std::move(action), .id = std::move(id), .time = time};
}

} // namespace volumeviz::testing
