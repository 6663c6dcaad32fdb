// Agents and a hub that is full: batches wait, are sent again, and keep their order.

#include "actors/fleet/hub_session.hpp"
#include "actors/inventory/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/fleet_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

using names = std::vector<std::string>;

namespace {

/// A hub with room for one batch, whose store hangs until the test calls hold(nullptr).
struct full_hub : fleet_rig {
  full_hub() {
    queue = 1;
    stop_hub();
    start_hub();
    agents = {start_agent("a", 1), start_agent("b", 2)};
    hold([](caf::scheduled_actor& x) {
      return dynamic_cast<shell<inventory_store>*>(&x) != nullptr;
    });
  }
  std::pair<std::shared_ptr<agent>, std::shared_ptr<agent>> agents;
};

} // namespace

TEST_CASE("an agent sends a batch again until a full hub accepts it") {
  full_hub fleet;
  const auto& [a, b] = fleet.agents;
  fleet.write(a, {"v"});
  fleet.write(b, {"w"});
  fleet.advance(2s);
  CHECK(a->answers.empty());
  CHECK(b->answers.empty());
  fleet.hold(nullptr);
  fleet.advance(2s);
  CHECK(a->answers.at(0).ok);
  CHECK(b->answers.at(0).ok);
}

TEST_CASE("a batch fails when the hub is full for ten seconds") {
  full_hub fleet;
  const auto& [a, b] = fleet.agents;
  fleet.write(a, {"v"});
  fleet.write(b, {"w"});
  fleet.advance(12s);
  REQUIRE(b->answers.size() == 1);
  CHECK_FALSE(b->answers[0].ok);
  CHECK(b->answers[0].why.text.find("full") != std::string::npos);
}

TEST_CASE("a batch that a full hub refused is not written after a newer one") {
  full_hub fleet;
  const auto& [a, b] = fleet.agents;
  fleet.write(b, {"w"});
  fleet.write(a, {}, true); // its handler dies now, and the next one fetches again
  fleet.hold(nullptr);
  fleet.run();
  fleet.write(a, {"v"}, true);
  fleet.advance(12s);
  REQUIRE(a->answers.size() == 2);
  CHECK_FALSE(a->answers[0].ok);
  CHECK(a->answers[1].ok);
  CHECK(fleet.stored("a") == names{"v"});
}

TEST_CASE("a long list in flight is not written after a newer one") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  names many;
  for (int i = 0; i < 3000; ++i)
    many.push_back("a-volume-with-quite-a-long-name-" + std::to_string(i));
  fleet.hold(
      [](caf::scheduled_actor& x) { return dynamic_cast<shell<hub_session>*>(&x) != nullptr; });
  fleet.write(a, many, true);
  fleet.write(a, {"v"}, true);
  fleet.hold(nullptr);
  fleet.advance(5s);
  CHECK(fleet.stored("a") == names{"v"});
  CHECK(a->answers.back().ok);
}

TEST_CASE("an agent that reconnects gets no more room at the hub") {
  full_hub fleet;
  const auto& [a, b] = fleet.agents;
  fleet.write(a, {"v"});
  fleet.kill(*a);
  CHECK_FALSE(fleet.hosts().at(0).connected); // although the store still has its batch
  a->link =
      fleet.spawn<shell<hub_link>>(make_slot("hub_link"), a->context, a->parts); // the same process
  fleet.run();
  fleet.write(b, {"w"});
  fleet.advance(12s);
  REQUIRE(b->answers.size() == 1);
  CHECK(b->answers[0].why.text.find("full") != std::string::npos);
  CHECK(a->answers.size()
        == 1); // of its first life; it is not admitted before that session has ended
  fleet.hold(nullptr);
  fleet.advance(6s);
  fleet.write(a, {"v", "x"});
  fleet.write(b, {"w"});
  CHECK(a->answers.back().ok);
  CHECK(b->answers.back().ok);
  CHECK(fleet.stored("a") == names{"v", "x"});
}
