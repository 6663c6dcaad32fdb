#include "tests/support/memory_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace volumeviz::support {

result<std::vector<write_summary>> memory_store::apply(const std::vector<change_batch>& batches) {
  std::function<void()> during;
  {
    std::lock_guard lock(mutex_);
    ++applied_;
    during = std::exchange(during_, nullptr);
    if (auto what = std::exchange(throwing_, std::nullopt))
      throw std::runtime_error(*what);
  }
  if (during)
    during();
  std::lock_guard lock(mutex_);
  if (failing_)
    return tl::unexpected{*failing_};
  std::vector<write_summary> summaries;
  for (const auto& x : batches) {
    if (locked_by_others_.contains(x.host)) {
      refused_[x.host] = "another process";
      summaries.emplace_back().locked_out = true;
      continue;
    }
    summaries.push_back(write_batch(x, rejected_, hosts_[x.host]));
    summaries.back().taken_anew = refused_.erase(x.host) > 0;
  }
  for (const auto& x : batches)
    unpack(batches_.emplace_back(x));
  transactions_.push_back(batches.size());
  return summaries;
}

result<std::vector<write_summary>> memory_store::preview(const std::vector<change_batch>& batches) {
  std::lock_guard lock(mutex_);
  if (failing_)
    return tl::unexpected{*failing_};
  auto copy = hosts_;
  std::vector<write_summary> summaries;
  for (const auto& x : batches)
    summaries.push_back(write_batch(x, rejected_, copy[x.host]));
  return summaries;
}

result<void> memory_store::ping() {
  std::lock_guard lock(mutex_);
  ++pings_;
  if (failing_)
    return tl::unexpected{*failing_};
  return {};
}

std::map<std::string, std::string> memory_store::locked_out() const {
  std::lock_guard lock(mutex_);
  return refused_;
}

result<void> memory_store::release(const std::string& host) {
  std::lock_guard lock(mutex_);
  released_.push_back(host);
  if (failing_)
    return tl::unexpected{*failing_};
  return {};
}

result<persistence::trimmed_history> memory_store::trim_history(const std::string& host) {
  std::lock_guard lock(mutex_);
  if (failing_)
    return tl::unexpected{*failing_};
  auto& left = outdated_[host];
  const auto now = std::min<std::uint64_t>(left, 500);
  left -= now;
  return persistence::trimmed_history{now, now == 500};
}

void memory_store::outdate(const std::string& host, std::uint64_t changes) {
  std::lock_guard lock(mutex_);
  outdated_[host] = changes;
}

std::uint64_t memory_store::outdated(const std::string& host) const {
  std::lock_guard lock(mutex_);
  const auto found = outdated_.find(host);
  return found == outdated_.end() ? 0 : found->second;
}

void memory_store::lock_out(const std::string& host) {
  std::lock_guard lock(mutex_);
  locked_by_others_.insert(host);
}

void memory_store::let_in(const std::string& host) {
  std::lock_guard lock(mutex_);
  locked_by_others_.erase(host);
}

std::vector<std::string> memory_store::released() const {
  std::lock_guard lock(mutex_);
  return released_;
}

memory_rows memory_store::rows(const std::string& host) const {
  std::lock_guard lock(mutex_);
  auto i = hosts_.find(host);
  return i == hosts_.end() ? memory_rows{} : i->second;
}

void memory_store::meddle(const std::string& host, const std::function<void(memory_rows&)>& how) {
  std::lock_guard lock(mutex_);
  how(hosts_[host]);
}

void memory_store::fail(failure why) {
  std::lock_guard lock(mutex_);
  failing_ = std::move(why);
}

void memory_store::recover() {
  std::lock_guard lock(mutex_);
  failing_.reset();
}

void memory_store::reject(const std::string& key) {
  std::lock_guard lock(mutex_);
  rejected_.insert(key);
}

void memory_store::during_next(std::function<void()> what) {
  std::lock_guard lock(mutex_);
  during_ = std::move(what);
}

void memory_store::throw_next(std::string what) {
  std::lock_guard lock(mutex_);
  throwing_ = std::move(what);
}

std::uint64_t memory_store::applied() const {
  std::lock_guard lock(mutex_);
  return applied_;
}

std::uint64_t memory_store::pings() const {
  std::lock_guard lock(mutex_);
  return pings_;
}

std::vector<change_batch> memory_store::batches() const {
  std::lock_guard lock(mutex_);
  return batches_;
}

std::vector<std::size_t> memory_store::transactions() const {
  std::lock_guard lock(mutex_);
  return transactions_;
}

} // namespace volumeviz::support
