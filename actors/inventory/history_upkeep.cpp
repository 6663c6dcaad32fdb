#include "actors/inventory/history_upkeep.hpp"

namespace volumeviz {

namespace {

constexpr auto upkeep_interval = std::chrono::seconds{30};

} // namespace

void history_upkeep::writes(const std::string& host) {
  if (!host.empty() && hosts_.try_emplace(host).second)
    waiting_.push_back(host);
}

bool history_upkeep::is_due(time_point now) {
  if (waiting_.empty() && now >= next_) {
    next_ = now + upkeep_interval;
    for (const auto& [host, done] : hosts_)
      waiting_.push_back(host);
  }
  return !waiting_.empty();
}

bool history_upkeep::step() {
  if (waiting_.empty())
    return false;
  const auto host = waiting_.front();
  const auto known = hosts_.find(host);
  if (known == hosts_.end()) {
    waiting_.pop_front();
    return !waiting_.empty();
  }
  const auto trimmed = parts_.store->trim_history(host);
  if (!trimmed) {
    // No reason to try at once again; the next write or ping reports what is wrong.
    waiting_.pop_front();
    return !waiting_.empty();
  }
  known->second.trimmed += trimmed->changes;
  if (!trimmed->more) {
    finish(host);
    waiting_.pop_front();
  }
  return !waiting_.empty();
}

/// After the start the retention may be shorter than before, and very many changes may go. Later a
/// few go at a time.
void history_upkeep::finish(const std::string& host) {
  auto& done = hosts_.at(host);
  if (!done.first_done && done.trimmed > 0)
    context_->log->info("history of {}: trimmed {} changes beyond HISTORY_RETENTION or "
                        "HISTORY_MAX_ROWS",
                        host, done.trimmed);
  done.first_done = true;
}

} // namespace volumeviz
