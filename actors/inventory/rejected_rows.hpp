#pragma once

#include "messages/observation.hpp"
#include "messages/reports.hpp"

#include <spdlog/logger.h>

#include <map>
#include <memory>
#include <string>

namespace volumeviz {

/// Of one kind: the rows that the database refuses, by what a person calls them. The log says so
/// when it begins and when it is over, not with every list, and of one answer in a few lines: it
/// may come from a hub that was taken over, and name anything.
class rejected_rows {
public:
  rejected_rows(resource_kind kind, std::shared_ptr<spdlog::logger> log)
      : kind_(kind), log_(std::move(log)) {}

  /// What became of a batch that was committed.
  void written(const observation& what, const write_summary& summary, timestamp now);
  rejected_report report() const;

private:
  struct entry {
    std::string key; ///< of the resource, as write_summary has it
    std::string why{};
    timestamp since = never;
    std::uint64_t write = 0; ///< the last one that was refused
  };

  resource_kind kind_;
  std::shared_ptr<spdlog::logger> log_;
  std::map<std::string, entry> rows_;
  std::uint64_t writes_ = 0;
  std::uint64_t unlisted_ = 0; ///< of the last complete list, beyond those that it named
};

} // namespace volumeviz
