#include "sync/reconcile_ledger.hpp"

#include <algorithm>

namespace volumeviz::sync {

namespace {

constexpr resource_kind all_kinds[] = {resource_kind::volume, resource_kind::container};

} // namespace

bool reconcile_ledger::run::untouched() const noexcept {
  return std::all_of(kinds.begin(), kinds.end(), [](progress x) { return x == progress::waits; });
}

bool reconcile_ledger::run::complete() const noexcept {
  return std::all_of(std::begin(all_kinds), std::end(all_kinds), [this](resource_kind kind) {
    return !covers(scope, kind) || kinds[static_cast<std::size_t>(kind)] == progress::done;
  });
}

reconcile_ledger::demand reconcile_ledger::request(reconcile_scope scope, list_reason reason,
                                                   time_point now) {
  for (const auto& x : open_)
    if (x.scope == scope && x.untouched())
      return {.ticket = {.run_id = x.id, .scope = scope}, .is_new = false};
  if (open_.size() == open_max)
    open_.pop_front();
  open_.push_back(
      {.id = ++last_id_, .scope = scope, .reason = reason, .requested = now, .started = {}});
  return {.ticket = {.run_id = last_id_, .scope = scope}, .is_new = true};
}

void reconcile_ledger::list_started(resource_kind kind, std::uint64_t upto_run, time_point now) {
  for (auto& x : open_) {
    if (x.id > upto_run || !covers(x.scope, kind) || x.of(kind) == progress::done)
      continue;
    x.of(kind) = progress::started;
    if (!x.started)
      x.started = now;
  }
}

std::vector<finished_run> reconcile_ledger::list_finished(resource_kind kind,
                                                          std::uint64_t upto_run, bool ok,
                                                          time_point now) {
  auto& record = lists_[static_cast<std::size_t>(kind)];
  ++record.ended;
  if (ok)
    record.last_success = now;
  for (auto& x : open_)
    if (x.id <= upto_run && covers(x.scope, kind) && x.of(kind) != progress::done)
      x.of(kind) = ok ? progress::done : progress::waits;
  return take_complete(now);
}

std::optional<reconcile_ledger::time_point> reconcile_ledger::waiting_since() const {
  if (open_.empty())
    return std::nullopt;
  return open_.front().requested;
}

std::vector<finished_run> reconcile_ledger::take_complete(time_point now) {
  std::vector<finished_run> result;
  std::erase_if(open_, [&](const run& x) {
    if (!x.complete())
      return false;
    result.push_back({.id = x.id,
                      .scope = x.scope,
                      .reason = x.reason,
                      .duration = now - x.started.value_or(now)});
    if (x.scope == reconcile_scope::full)
      ++full_runs_;
    return true;
  });
  return result;
}

} // namespace volumeviz::sync
