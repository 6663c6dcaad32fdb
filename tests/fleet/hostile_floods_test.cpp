// Members that send more than an honest one: they cost the hub little, and do not delay others.
#include "tests/fleet/besieged_fleet.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
// How much the hub's memory may grow in each test, without sanitizers.
constexpr double growth_bound = 160;
// The promise is one second, for a hub that has a core.
constexpr std::chrono::duration<double> lag_bound{3};

/// A member that runs in its own thread until the object ends.
class playing {
public:
  explicit playing(std::function<bool()> step)
      : thread_{[this, step = std::move(step)] {
          while (!over_ && step())
            ;
        }} {}
  ~playing() {
    over_ = true;
    thread_.join();
  }
  playing(const playing&) = delete;
  playing& operator=(const playing&) = delete;

private:
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

/// Sends one batch of so many chunks of 1,000 rows, while another host has changes. Returns whether
/// it was written.
bool sends_one_batch(besieged_fleet& fleet, std::uint32_t chunks) {
  auto evil = fleet.admitted();
  std::atomic<bool> done = false;
  std::optional<write_answer> last;
  const playing big{[&, index = std::uint32_t{0}]() mutable {
    auto chunk = whole_batch(1);
    chunk.index = index;
    chunk.last = index + 1 == chunks;
    for (std::uint32_t i = 0; i < 1'000; ++i)
      chunk.part.volumes.present.push_back(
          reported_volume("m" + std::to_string(index * 1'000 + i)));
    last = evil->write(chunk, seconds{60});
    done = ++index == chunks || !last || !last->ok;
    return !done;
  }};
  double worst = 0;
  do
    worst = std::max(worst, fleet.lag().count());
  while (!done);
  CHECK(worst < lag_bound.count());
  fleet.expect_unhurt();
  return last && last->ok;
}

} // namespace

TEST_CASE("a flood of long hellos costs the hub no memory") {
  besieged_fleet fleet;
  const auto before = fleet.peak_mib();
  for (const auto size : {4 * mib, 3 * mib}) {
    auto evil = fleet.member();
    const auto hello = caf::make_message(atom::hello_v, link_protocol, std::string{"evil"},
                                         std::string(size, 'v'));
    agent_hello introduction;
    introduction.host = "evil";
    introduction.program_version = std::string(size, 'v');
    for (int i = 0; i < 100; ++i)
      if (!evil->send_direct(evil->gate(), hello, hostile_member::request_id(1))
          || !evil->send_direct(evil->gate(), caf::make_message(introduction),
                                hostile_member::request_id(2)))
        break;
    fleet.expect_ended(*evil, {"length", "shape"});
  }
  CHECK(fleet.peak_mib() - before < growth_bound);
}

TEST_CASE("a heartbeat with megabytes of reasons is cut in the hub's health") {
  besieged_fleet fleet;
  for (const auto size : {8 * mib, 3 * mib}) {
    auto evil = fleet.admitted();
    link_heartbeat heartbeat;
    heartbeat.reasons.emplace_back(size, 'r');
    evil->heartbeat(heartbeat);
    fleet.expect_ended(*evil, {"length", "shape"});
    CHECK(fleet.http().get("/api/v1/health").body.size() < 64 * 1024);
    CHECK(fleet.row_of(besieged_fleet::evil).size() < 64 * 1024);
  }
}

TEST_CASE("a heartbeat of bytes that are not text leaves the hub's answers valid JSON") {
  besieged_fleet fleet;
  auto evil = fleet.admitted();
  link_heartbeat heartbeat;
  heartbeat.status = health_status::unhealthy;
  heartbeat.connected = true;
  heartbeat.engine_version = "\xff";
  heartbeat.reasons = {"\xff\n"};
  CHECK(evil->heartbeat(heartbeat));
  CHECK(support::eventually(
      [&] { return fleet.row_of(besieged_fleet::evil).find("\ufffd") != std::string::npos; },
      seconds{5}, milliseconds{100}));
  CHECK(fleet.http().get("/api/v1/health").json().is_object());
  fleet.expect_unhurt();
}

TEST_CASE("unfinished batches cost the hub little memory") {
  besieged_fleet fleet;
  auto evil = fleet.admitted();
  const auto before = fleet.peak_mib();
  for (std::uint64_t seq = 1; seq <= 64; ++seq) {
    auto half = whole_batch(seq);
    half.last = false;
    for (int i = 0; i < 30; ++i) {
      auto row = reported_volume(std::to_string(seq) + "-" + std::to_string(i));
      row.labels["l"] = std::string(100 * 1024, 'l');
      half.part.volumes.present.push_back(row);
    }
    if (!evil->send_chunk(half))
      break;
  }
  fleet.expect_unhurt();
  CHECK(fleet.peak_mib() - before < growth_bound);
}

TEST_CASE("1,500 hellos under other names write few lines into the hub's log") {
  besieged_fleet fleet;
  const auto lines = fleet.lines_with({});
  auto evil = fleet.member();
  for (int i = 0; i < 1'500; ++i) {
    agent_hello introduction;
    introduction.host = "host-" + std::to_string(i);
    // The hub may end the connection at any time; the flood continues on the next one.
    if (!evil->send_direct(evil->gate(), caf::make_message(introduction),
                           hostile_member::request_id(1)))
      evil = fleet.member();
  }
  fleet.expect_unhurt();
  CHECK(fleet.lines_with({}) - lines < 100);
}

TEST_CASE("one member's batches without a pause do not delay other members") {
  besieged_fleet fleet;
  auto evil = fleet.admitted();
  std::uint64_t seq = 0;
  const playing flood{[&] {
    auto chunk = whole_batch(++seq);
    for (std::uint64_t i = 0; i < 200; ++i) {
      auto row = reported_volume("f" + std::to_string((seq * 200 + i) % 5'000));
      row.labels["seq"] = std::to_string(seq);
      chunk.part.volumes.present.push_back(row);
    }
    return evil->send_chunk(chunk);
  }};
  REQUIRE(support::eventually([&] { return fleet.has_volume(besieged_fleet::evil, "f200"); },
                              seconds{10}));
  double worst = 0;
  for (int i = 0; i < 3; ++i)
    worst = std::max(worst, fleet.lag().count());
  CHECK(worst < lag_bound.count());
  fleet.expect_unhurt();
}

TEST_CASE("a batch of 30,000 rows is written, and does not delay other members") {
  besieged_fleet fleet;
  CHECK(sends_one_batch(fleet, 30));
}

TEST_CASE("a batch of 300,000 rows is refused, and does not delay other members") {
  besieged_fleet fleet;
  CHECK_FALSE(sends_one_batch(fleet, 300));
}
