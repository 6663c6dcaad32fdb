#pragma once

#include "metrics/metrics.hpp"
#include "wire/reports.hpp"

#include <spdlog/logger.h>

#include <memory>

namespace volumeviz {

/// Counts and logs what a front refuses: each in the metrics, and of each peer and kind one line a
/// minute in the log.
wire::front_reports front_reports(std::shared_ptr<metrics::catalogue> numbers,
                                  std::shared_ptr<spdlog::logger> log);

} // namespace volumeviz
