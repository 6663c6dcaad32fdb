#pragma once

#include "metrics/metrics.hpp"
#include "wire/reports.hpp"

#include <spdlog/logger.h>

#include <memory>

namespace volumeviz {

/// Counts and logs what a front refuses. The metrics count each refusal; the log has one line a
/// minute for each peer and kind.
wire::front_reports front_reports(std::shared_ptr<metrics::catalogue> numbers,
                                  std::shared_ptr<spdlog::logger> log);

} // namespace volumeviz
