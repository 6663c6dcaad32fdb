#include "tests/persistence/testbed.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr timestamp second = nanos_per_second;

change_batch observed_at(timestamp at, change_batch batch) {
  batch.observed_at = at;
  return batch;
}

container named(const std::string& id, const std::string& state, timestamp started) {
  auto c = a_container(id, {{"v1", "/data", true}});
  c.state = state;
  c.started_at = started;
  return c;
}

volume_usage usage_of(const testbed& on, const std::string& volume) {
  const auto found = on.reader->volumes({.volume = volume});
  REQUIRE(found.has_value());
  REQUIRE(found->items.size() == 1);
  REQUIRE(found->items[0].usage.has_value());
  return *found->items[0].usage;
}

} // namespace

TEST_CASE("a volume names the running container that was started last, and later the last one") {
  on_both([](testbed& on) {
    on.apply(observed_at(noon, list_of(some_volumes(1, 2))));
    const auto unused = usage_of(on, "v1");
    CHECK(unused.last_used_at.empty());
    CHECK(unused.container_id.empty());
    CHECK(unused.orphaned_since.starts_with("2024-05-01T12:00:00.123456"));

    on.apply(observed_at(noon + second, batch_of({}, {named("c1", "running", noon + 2 * second),
                                                      named("c2", "running", noon + second)})));
    const auto used = usage_of(on, "v1");
    CHECK(used.last_used_at > "2026");
    CHECK(used.last_used_at.size() == (on.sqlite() ? 30 : 27));
    CHECK(used.container_id == "c1");
    CHECK(used.container_name == "name of c1");
    CHECK(used.container_image == "busybox");
    CHECK(used.orphaned_since.empty());
    CHECK(usage_of(on, "v2").last_used_at.empty());

    on.apply(observed_at(noon + 10 * second, batch_of({}, {named("c2", "exited", noon + second)})));
    CHECK(usage_of(on, "v1").container_id == "c1");
    on.apply(observed_at(noon + 20 * second, batch_of({}, {named("c1", "exited", noon)})));
    const auto stopped = usage_of(on, "v1");
    CHECK(stopped.container_id == "c1");
    CHECK(stopped.last_used_at.starts_with("2024-05-01T12:00:20.123456"));
    CHECK(stopped.orphaned_since.empty());

    auto gone = batch_of({});
    gone.containers.gone = {"c1", "c2"};
    on.apply(observed_at(noon + 30 * second, gone));
    const auto orphaned = usage_of(on, "v1");
    CHECK(orphaned.container_name == "name of c1");
    CHECK(orphaned.last_used_at == stopped.last_used_at);
    CHECK(orphaned.orphaned_since.starts_with("2024-05-01T12:00:30.123456"));
  });
}

TEST_CASE("one volume, and one container by its id or the first digits of it, are found") {
  on_both([](testbed& on) {
    const std::string a(64, 'a'), b = std::string(20, 'a') + std::string(44, 'f');
    on.apply(batch_of(some_volumes(1, 2), {named(a, "running", noon), named(b, "exited", noon)}));
    const auto containers = [&](const std::string& id) {
      const auto found = on.reader->containers({.host = "alpha", .container = id});
      REQUIRE(found.has_value());
      return found->items.size();
    };
    CHECK(containers(a) == 1);
    CHECK(containers(a.substr(0, 12)) == 2);
    CHECK(containers(a.substr(0, 21)) == 1);
    CHECK(containers(b.substr(0, 21)) == 1);
    CHECK(containers(a.substr(0, 11)) == 0);
    CHECK(on.reader->mounts({.container = b})->items.size() == 1);
    CHECK(on.reader->mounts({.volume = "v1"})->items.size() == 2);
    CHECK(on.reader->volumes({.volume = "v2"})->items.size() == 1);
    CHECK(on.reader->volumes({.host = "beta", .volume = "v2"})->items.empty());
  });
}
