// How a member's connection is slowed down.
#include "wire/hub_pace.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::wire;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t gate = 20;

struct paced {
  hub_filter filter{1,
                    "own",
                    gate,
                    {.address = "192.0.2.7", .certified = true, .names = {}, .fingerprint = "a"},
                    std::make_shared<member_registry>(),
                    [](std::uint64_t) {}};
  hub_pace pace{filter, gate};
  hub_pace::steady::time_point now = hub_pace::steady::now();
};

} // namespace

TEST_CASE("a member pays for bytes as they come, and not only for frames that are complete") {
  paced on;
  CHECK(on.pace.after(32'000'000, {}, 1, on.now) == 0s);
  CHECK(on.pace.after(16'000'000, {}, 1, on.now) == 1s);
  CHECK(on.pace.after(0, {}, 1, on.now + 1s) == 0s);
}
