#include "commands/row_counts.hpp"

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;

constexpr auto least_age = 15s;
// Other clients of the database change rows, too.
constexpr auto most_age = 60s;

} // namespace

void row_counts::refresh(clock::time_point now) {
  const std::unique_lock lock{mutex_, std::try_to_lock};
  if (!lock)
    return;
  if (read_at_ && now - *read_at_ < (has_changed_ ? least_age : most_age))
    return;
  read_at_ = now;
  has_changed_ = false;
  auto counts = rows_->count(host_);
  has_changed_ = has_changed_ || !counts;
  // Old numbers would look like current ones.
  numbers_->count_rows(counts ? std::optional{std::move(*counts)} : std::nullopt);
}

} // namespace volumeviz::commands
