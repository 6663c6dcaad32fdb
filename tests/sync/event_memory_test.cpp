#include "sync/event_memory.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

docker_event event(timestamp at, std::string action = "start", std::string id = "a",
                   resource_kind kind = resource_kind::container) {
  return {.kind = kind, .action = std::move(action), .id = std::move(id), .time = at};
}

} // namespace

TEST_CASE("an event is new once") {
  event_memory memory;
  CHECK_FALSE(memory.knows(event(1)));
  CHECK(memory.remember(event(1)));
  CHECK(memory.knows(event(1)));
  CHECK_FALSE(memory.remember(event(1)));
  CHECK(memory.size() == 1);
}

TEST_CASE("time, action, resource and kind each make another event") {
  event_memory memory;
  memory.remember(event(1));
  CHECK_FALSE(memory.knows(event(2)));
  CHECK_FALSE(memory.knows(event(1, "die")));
  CHECK_FALSE(memory.knows(event(1, "start", "b")));
  CHECK_FALSE(memory.knows(event(1, "start", "a", resource_kind::volume)));
}

TEST_CASE("where the action ends and the resource begins matters") {
  event_memory memory;
  memory.remember(event(1, "ab", "c"));
  CHECK_FALSE(memory.knows(event(1, "a", "bc")));
}

TEST_CASE("the oldest is forgotten first") {
  event_memory memory{3};
  for (timestamp at = 1; at <= 4; ++at)
    CHECK(memory.remember(event(at)));
  CHECK(memory.size() == 3);
  CHECK_FALSE(memory.knows(event(1)));
  CHECK(memory.knows(event(2)));
  CHECK(memory.remember(event(1)));
}

TEST_CASE("the memory knows whether it still holds all events since a number") {
  event_memory memory{3};
  memory.remember(event(1));
  const auto then = memory.count();
  CHECK(then == 1);
  for (timestamp at = 2; at <= 4; ++at) {
    memory.remember(event(at));
    memory.remember(event(at)); // a duplicate takes no place
    CHECK(memory.holds_since(then));
  }
  memory.remember(event(5));
  CHECK_FALSE(memory.holds_since(then));
  CHECK(memory.holds_since(memory.count()));
}

TEST_CASE("what the daemon remembers and the stream has not shown is missing, in its order") {
  event_memory memory;
  memory.remember(event(2));
  CHECK(memory.missing({event(3), event(2), event(1)}) == std::vector{event(3), event(1)});
  CHECK(memory.missing({event(2)}).empty());
  CHECK(memory.size() == 1); // asking is not reading
}

TEST_CASE("the most recent events are known, up to the capacity") {
  CHECK(rc::check([] {
    auto capacity = *rc::gen::inRange<std::size_t>(1, 20);
    auto times = *rc::gen::container<std::vector<timestamp>>(rc::gen::inRange<timestamp>(0, 30));
    event_memory memory{capacity};
    std::vector<timestamp> model; // oldest first
    for (auto at : times) {
      auto is_new = std::find(model.begin(), model.end(), at) == model.end();
      RC_ASSERT(memory.remember(event(at)) == is_new);
      if (is_new)
        model.push_back(at);
      if (model.size() > capacity)
        model.erase(model.begin());
      RC_ASSERT(memory.size() == model.size());
    }
    for (timestamp at = 0; at < 30; ++at)
      RC_ASSERT(memory.knows(event(at))
                == (std::find(model.begin(), model.end(), at) != model.end()));
  }));
}
