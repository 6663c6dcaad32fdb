#pragma once

#include "tests/support/memory_store.hpp"

#include <functional>
#include <optional>

namespace volumeviz::simulation {

/// How a write fails.
enum class write_trouble : std::uint8_t {
  refused,       ///< before anything is written
  lost_before,   ///< the connection breaks, nothing is committed
  lost_after,    ///< it breaks with the commit done and its answer on the way
  throws_before, ///< the store's actor dies over it
  throws_after,  ///< likewise, and the commit is done
};
constexpr unsigned write_troubles = 5;

/// A database that can fail. tests/support keeps its rows.
class model_store final : public persistence::store {
public:
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override;
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    return rows_.preview(batches);
  }
  result<void> ping() override;

  support::memory_rows rows(const std::string& host = "h") const { return rows_.rows(host); }
  /// Inserts rows that no node has written.
  void put(const std::string& host, const support::memory_rows& rows) {
    rows_.meddle(host, [&](support::memory_rows& x) { x = rows; });
  }

  struct trouble {
    unsigned times = 0;
    write_trouble how = write_trouble::refused;
  } troubles;
  /// Called inside each write, before anything is written.
  std::function<void()> meanwhile;
  /// Called after each commit.
  std::function<void(const std::vector<write_summary>&)> committed;

private:
  support::memory_store rows_;
};

} // namespace volumeviz::simulation
