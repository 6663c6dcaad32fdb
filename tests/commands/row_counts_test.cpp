#include "commands/row_counts.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>

using namespace volumeviz;
using namespace std::chrono_literals;

namespace {

class counted_rows final : public persistence::row_counter {
public:
  explicit counted_rows(std::shared_ptr<int> reads) : reads_{std::move(reads)} {}
  result<inventory_counts> count(const std::string& host) override {
    if (++*reads_ == 4)
      return fail(ec::store_unreachable, "away");
    inventory_counts all;
    all.orphaned_volumes[host] = static_cast<std::uint64_t>(*reads_);
    return all;
  }

private:
  std::shared_ptr<int> reads_;
};

} // namespace

TEST_CASE("rows are counted when they are scraped: after a change every 15 s, else every minute") {
  const auto reads = std::make_shared<int>(0);
  const auto numbers = std::make_shared<metrics::catalogue>();
  commands::row_counts counts{std::make_unique<counted_rows>(reads), numbers, "a"};
  const auto shows = [&](const std::string& what) {
    return numbers->render().find(what) != std::string::npos;
  };
  commands::row_counts::clock::time_point now{1h};
  counts.refresh(now);
  CHECK(shows("volumeviz_events_inventory_orphaned_volumes{host=\"a\"} 1\n"));
  counts.refresh(now + 59s);
  CHECK(*reads == 1);
  counts.refresh(now + 60s);
  CHECK(*reads == 2);
  counts.changed();
  counts.refresh(now + 74s);
  CHECK(*reads == 2);
  counts.refresh(now + 75s);
  CHECK(*reads == 3);
  CHECK(shows("volumeviz_events_inventory_orphaned_volumes{host=\"a\"} 3\n"));
  counts.changed();
  counts.refresh(now + 90s);
  CHECK(*reads == 4);
  CHECK_FALSE(shows("volumeviz_events_inventory_orphaned_volumes{")); // unknown, not old
  counts.refresh(now + 105s);
  CHECK(*reads == 5);
}
