#include "runtime/invariant.hpp"
#include "sync/backoff.hpp"
#include "sync/list_schedule.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

constexpr time_point now = time_point{} + 1h;

} // namespace

TEST_CASE("several wanted lists become one, due when the first of them is") {
  list_schedule lists{{}};
  CHECK(lists.wanted() == nullptr);
  CHECK_FALSE(lists.due(now));
  lists.want(list_reason::interval, 3, 11, now + 5s);
  CHECK_FALSE(lists.due(now));
  lists.want(list_reason::demand, 2, 12, now);
  CHECK(lists.due(now));
  const auto list = lists.take(now);
  CHECK(list.reasons == std::set{list_reason::interval, list_reason::demand});
  CHECK(list.run_id == 3);
  CHECK(list.number == 11);
  CHECK(lists.wanted() == nullptr);
}

TEST_CASE("a list that is not wanted can't be taken and has no events") {
  list_schedule lists{{}};
  CHECK_THROWS_AS(lists.take(now), invariant_violation);
  CHECK_THROWS_AS(lists.add_event({}), invariant_violation);
}

TEST_CASE("which lists are followed by another, since the API may lag behind lost events") {
  for (auto i = 0; i <= static_cast<int>(list_reason::lost_rows); ++i) {
    const auto reason = static_cast<list_reason>(i);
    CAPTURE(to_string(reason));
    list_schedule lists{{}};
    lists.want(reason, 0, 1, now);
    const std::set followed{list_reason::overflow, list_reason::lost_events, list_reason::damaged,
                            list_reason::start, list_reason::reconnect};
    CHECK(lists.wanted()->lags.empty() != followed.contains(reason));
  }
}

TEST_CASE("lists for lost rows keep a distance, lists for other reasons do not") {
  const work_limits limits;
  list_schedule lists{limits};
  lists.want(list_reason::lost_rows, 0, 1, now);
  CHECK(lists.due(now));
  lists.take(now);
  lists.want(list_reason::lost_rows, 0, 2, now + 1s);
  CHECK(lists.wanted()->due == now + limits.lost_rows_apart);
  lists.want(list_reason::interval, 0, 3, now + 2s);
  CHECK(lists.wanted()->due == now + 2s);
}

TEST_CASE("each list postpones the lists that only replace inspects") {
  const work_limits limits;
  list_schedule lists{limits};
  CHECK(lists.next_stand_in() <= now);
  lists.want(list_reason::interval, 0, 1, now);
  lists.take(now);
  CHECK(lists.next_stand_in() == now + limits.stand_in_apart);
}

TEST_CASE("a reconnect takes back that the next list confirms the one before") {
  list_schedule lists{{}};
  wanted_list held_back;
  held_back.confirmed = true;
  held_back.due = now;
  lists.add(std::move(held_back));
  lists.want(list_reason::interval, 0, 1, now);
  CHECK(lists.wanted()->confirmed);
  lists.want(list_reason::reconnect, 0, 2, now);
  CHECK_FALSE(lists.wanted()->confirmed);
}

TEST_CASE("lists that leave entries out are repeated after waits that double, up to a limit") {
  const work_limits limits;
  auto random = seeded(1);
  list_schedule lists{limits};
  const auto wait = [&] {
    lists.add_after_left_out(true, now, random);
    return lists.take(now).due - now;
  };
  CHECK(wait() <= limits.left_out_again * 6 / 5);
  for (auto i = 0; i < 10; ++i)
    wait();
  CHECK(wait() >= limits.left_out_again_max * 4 / 5);
  lists.add_after_left_out(false, now, random);
  CHECK(lists.wanted() == nullptr);
  CHECK(wait() <= limits.left_out_again * 6 / 5);
}
