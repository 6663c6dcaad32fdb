#pragma once

#include "messages/observation.hpp"
#include "messages/reports.hpp"

#include <spdlog/logger.h>

#include <map>
#include <memory>
#include <string>

namespace volumeviz {

/// The rows of one kind that the database refuses, by the names that people know. The log has each
/// when it begins and when it ends, not with every list. One answer gets a few lines at most: it
/// may come from a hub that was taken over, and may name anything.
class rejected_rows {
public:
  rejected_rows(resource_kind kind, std::shared_ptr<spdlog::logger> log)
      : kind_(kind), log_(std::move(log)) {}

  /// A batch was committed.
  void written(const observation& what, const write_summary& summary, timestamp now);
  rejected_report report() const;

private:
  struct entry {
    /// Of the resource, as write_summary has it.
    std::string key;
    std::string why{};
    timestamp since = never;
    /// The number of the last write that was refused.
    std::uint64_t write = 0;
  };

  resource_kind kind_;
  std::shared_ptr<spdlog::logger> log_;
  std::map<std::string, entry> rows_;
  std::uint64_t writes_ = 0;
  /// Refused rows of the last complete list beyond those in rows_.
  std::uint64_t unlisted_ = 0;
};

} // namespace volumeviz
