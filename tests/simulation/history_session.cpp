#include "tests/simulation/history_session.hpp"

#include "sync/told.hpp"

#include <filesystem>
#include <optional>
#include <stdexcept>

namespace volumeviz::simulation {

namespace {

/// What only a list shows is told at the time of the list.
template <class Resource>
void tell_all(observed<Resource>& of, timestamp at) {
  auto told = of.told;
  const auto add = [&](std::string_view key) {
    if (sync::find_told(of.told, key) == nullptr)
      told.push_back({std::string{key}, at});
  };
  each_present_key(of, add);
  for (const auto& key : of.gone)
    add(key);
  sync::sort_told(told);
  of.told = std::move(told);
}

} // namespace

unreachable_file::unreachable_file(std::string file) : file_(std::move(file)) {
  std::filesystem::rename(file_, file_ + ".away");
  std::filesystem::create_directory(file_);
}

unreachable_file::~unreachable_file() {
  std::filesystem::remove(file_);
  std::filesystem::rename(file_ + ".away", file_);
}

result<std::vector<write_summary>>
history_session::apply(const std::vector<change_batch>& batches) {
  if (process_ != to_.process())
    return fail(ec::store_unreachable, "the process has ended");
  to_.meanwhile();
  std::optional<write_trouble> how;
  if (to_.troubles.times > 0) {
    --to_.troubles.times;
    how = to_.troubles.how;
  }
  if (how == write_trouble::throws_before)
    throw std::runtime_error("a defect in the store");
  if (how == write_trouble::refused || how == write_trouble::lost_before) {
    const unreachable_file away{file_};
    return real_->apply(batches);
  }
  auto done = real_->apply(told_otherwise(batches));
  if (!done) {
    to_.failed("the store fails by itself: " + done.error().text);
    return done;
  }
  to_.wrote(batches, *done);
  if (how == write_trouble::throws_after)
    throw std::runtime_error("a defect in the store");
  if (how == write_trouble::lost_after) {
    cut();
    return fail(ec::store_unreachable, "the connection was lost");
  }
  return done;
}

result<void> history_session::ping() {
  if (process_ != to_.process())
    return fail(ec::store_unreachable, "the process has ended");
  if (to_.troubles.times > 0 && to_.troubles.how <= write_trouble::lost_before) {
    const unreachable_file away{file_};
    return real_->ping();
  }
  return real_->ping();
}

void history_session::cut() {
  const unreachable_file away{file_};
  static_cast<void>(real_->ping());
}

std::vector<change_batch> history_session::told_otherwise(std::vector<change_batch> batches) const {
  for (auto& x : batches) {
    if (with_.takes_lists_for_events) {
      tell_all(x.volumes, x.observed_at);
      tell_all(x.containers, x.observed_at);
    }
    if (with_.takes_events_for_lists) {
      x.volumes.told.clear();
      x.containers.told.clear();
    }
  }
  return batches;
}

} // namespace volumeviz::simulation
