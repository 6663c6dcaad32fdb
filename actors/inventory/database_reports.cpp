#include "actors/inventory/database_reports.hpp"

#include <fmt/format.h>

#include <utility>

namespace volumeviz {

namespace {

// Longer than the handlers wait before they try a write again.
constexpr auto write_failure_counts = std::chrono::seconds{30};

/// Which node has the lock, and what to do. A standby that was wanted needs nothing to be done.
std::string standby_reason(const std::string& host, const std::string& holder) {
  return fmt::format("another node writes the rows of host {}{}; standing by until it ends (two "
                     "machines must not have the same NODE_NAME)",
                     host, holder.empty() ? "" : fmt::format(" ({})", holder));
}

} // namespace

database_reports::database_reports(inventory_store_actor::pointer self, context_ptr context,
                                   const store_parts& parts)
    : self_(self), context_(std::move(context)), parts_(parts),
      trouble_(context_->log, "the database") {
}

void database_reports::wrote(std::uint64_t batches, duration took) {
  write_failure_.reset();
  up(batches, took);
}

void database_reports::write_failed(const failure& why, std::uint64_t batches, duration took) {
  if (why.code == ec::store_unreachable) {
    write_failure_ = why;
    write_failed_at_ = self_->clock().now();
  }
  failed(why, batches, took);
}

void database_reports::pinged(const result<void>& answer, duration took) {
  if (answer)
    record_locks(); // a new connection has to get the locks again, and may not
  // A full disk answers pings and takes no rows: only the next write shows that it has room again.
  const auto can_not_write =
      write_failure_ && self_->clock().now() - write_failed_at_ < write_failure_counts;
  if (!answer)
    failed(answer.error(), 0, took);
  else if (can_not_write)
    failed(*write_failure_, 0, took);
  else
    up(0, took);
}

void database_reports::up(std::uint64_t batches, duration took) {
  trouble_.worked();
  const auto lock = locked_out_.find(parts_.host);
  const auto standby = lock != locked_out_.end();
  send({.up = true,
        .standby = standby,
        .why = standby ? failure{ec::store_unreachable, standby_reason(lock->first, lock->second)}
                       : failure{},
        .batches = batches,
        .seconds = std::chrono::duration<double>(took).count()});
}

void database_reports::failed(const failure& why, std::uint64_t batches, duration took) {
  trouble_.failed(why.text);
  send({.up = false,
        .standby = false,
        .why = why,
        .batches = batches,
        .seconds = std::chrono::duration<double>(took).count()});
}

void database_reports::send(store_report&& report) {
  last_report_ = self_->clock().now();
  self_->send(context_->handles.metrics, report);
  self_->send(context_->handles.health, std::move(report));
}

void database_reports::record_locks() {
  auto now = parts_.store->locked_out();
  for (const auto& [host, holder] : now)
    if (!locked_out_.contains(host))
      context_->log->warn("{}", standby_reason(host, holder));
  for (const auto& [host, holder] : locked_out_)
    if (!now.contains(host))
      context_->log->info("took over: this node writes the rows of host {} now", host);
  locked_out_ = std::move(now);
}

write_answer database_reports::answer_to(const std::string& host, write_summary&& summary) const {
  if (!summary.locked_out)
    return {.ok = true, .why = {}, .summary = std::move(summary)};
  const auto known = locked_out_.find(host);
  return {.ok = false,
          .why = {ec::store_unreachable,
                  standby_reason(host, known == locked_out_.end() ? "" : known->second)},
          .summary = std::move(summary)};
}

} // namespace volumeviz
