#pragma once

#include "persistence/store.hpp"
#include "tests/support/memory_rows.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::support {

/// A store in memory that does what persistence/store.hpp promises: a row counts as changed only
/// when something differs, times come from inspects only, the mass-deletion guard holds lists back,
/// a batch is written whole or not at all. Tests can make it fail. Thread-safe.
class memory_store final : public persistence::store {
public:
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override;
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override;
  result<void> ping() override;
  std::map<std::string, std::string> locked_out() const override;
  result<void> release(const std::string& host) override;
  result<persistence::trimmed_history> trim_history(const std::string& host) override;

  memory_rows rows(const std::string& host) const;
  /// Changes rows without the node's knowledge.
  void meddle(const std::string& host, const std::function<void(memory_rows&)>& how);

  /// Every call fails from now on, until recover().
  void fail(failure why);
  void recover();
  /// Another process takes this host's lock, or gives it back.
  void lock_out(const std::string& host);
  void let_in(const std::string& host);
  std::vector<std::string> released() const; ///< hosts, in order
  /// So many changes of the host are beyond the retention. A step trims 500 of them.
  void outdate(const std::string& host, std::uint64_t changes);
  std::uint64_t outdated(const std::string& host) const;
  /// Rows of this key are rejected.
  void reject(const std::string& key);
  /// Runs once, within the next apply(), before anything is written.
  void during_next(std::function<void()> what);
  /// The next apply() throws, which a store must not do.
  void throw_next(std::string what);

  std::uint64_t applied() const; ///< calls of apply(), including those that failed
  std::uint64_t pings() const;
  std::vector<change_batch> batches() const;     ///< of all calls of apply() that succeeded
  std::vector<std::size_t> transactions() const; ///< the number of batches of each such call

private:
  mutable std::mutex mutex_;
  std::map<std::string, memory_rows> hosts_;
  std::optional<failure> failing_;
  std::set<std::string> locked_by_others_;
  std::map<std::string, std::string> refused_; ///< those of them that apply() has tried
  std::vector<std::string> released_;
  std::map<std::string, std::uint64_t> outdated_; ///< changes, by host
  std::set<std::string> rejected_;
  std::function<void()> during_;
  std::optional<std::string> throwing_;
  std::uint64_t applied_ = 0;
  std::uint64_t pings_ = 0;
  std::vector<change_batch> batches_;
  std::vector<std::size_t> transactions_;
};

} // namespace volumeviz::support
