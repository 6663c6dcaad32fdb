#include "tests/persistence/history_checks.hpp"
#include "text/iso_time.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr timestamp second = 1'000'000'000;

/// Seconds after noon of last use and of being orphaned, and the container; "-" for NULL.
std::string usage_of(const testbed& on, const std::string& volume) {
  const auto column = [&](const std::string& name) {
    return on.sqlite() ? name : "history_time(" + name + ')';
  };
  const auto seconds = [](const std::string& time) {
    return time.empty() ? std::string{"-"}
                        : std::to_string((*text::parse_iso_time(time) - noon) / second);
  };
  const auto rows = on.rows(
      "SELECT " + column("last_used_at") + ", " + column("orphaned_since")
          + ", coalesce(container_name, '-') FROM volume_usage WHERE volume_id = '" + volume + "'",
      3);
  return rows.empty() ? "none"
                      : "used " + seconds(rows[0][0]) + " by " + rows[0][2] + ", orphaned "
                            + seconds(rows[0][1]);
}

change_batch at(int seconds, change_batch batch) {
  batch.observed_at = noon + seconds * second;
  return batch;
}

container stopped(const std::string& id, std::vector<mount> mounts) {
  auto c = a_container(id, std::move(mounts));
  c.state = "exited";
  c.status = "Exited (0)";
  return c;
}

} // namespace

TEST_CASE("the last use of a volume ends when its container stops, or goes while it runs") {
  on_both([](testbed& on) {
    const std::vector<mount> mounts{{"v1", "/a", true}};
    on.apply(at(0, batch_of({a_volume("v1")})));
    CHECK(usage_of(on, "v1") == "used - by -, orphaned 0");
    on.apply(at(1, batch_of({}, {a_container("c1", mounts)})));
    CHECK(usage_of(on, "v1") == "used - by -, orphaned -");
    on.apply(at(2, batch_of({}, {stopped("c1", mounts)})));
    CHECK(usage_of(on, "v1") == "used 2 by name of c1, orphaned -");
    on.apply(at(3, batch_of({}, {a_container("c2", mounts)})));
    auto gone = batch_of({});
    gone.containers.gone = {"c2"};
    on.apply(at(4, gone));
    CHECK(usage_of(on, "v1") == "used 4 by name of c2, orphaned -");
    gone.containers.gone = {"c1"};
    on.apply(at(5, gone));
    CHECK(usage_of(on, "v1") == "used 4 by name of c2, orphaned 5");
    gone = batch_of({});
    gone.volumes.gone = {"v1"};
    on.apply(at(6, gone));
    CHECK(usage_of(on, "v1") == "none");
  });
}

TEST_CASE("a running container that another client deletes has used its volumes until then") {
  on_both([](testbed& on) {
    on.apply(at(0, batch_of({a_volume("v1")}, {a_container("c1", {{"v1", "/a", true}})})));
    on.run("DELETE FROM containers");
    CHECK(on.value("SELECT container_id FROM volume_usage") == "c1");
    CHECK(on.value("SELECT count(*) FROM volume_usage WHERE orphaned_since = last_used_at") == "1");
  });
}

TEST_CASE("a volume that was created anew under its name has no user yet") {
  on_both([](testbed& on) {
    const std::vector<mount> mounts{{"v1", "/a", true}};
    on.apply(at(0, batch_of({a_volume("v1")}, {a_container("c1", mounts)})));
    auto gone = batch_of({});
    gone.containers.gone = {"c1"};
    on.apply(at(1, gone));
    auto anew = batch_of({a_volume("v1")});
    anew.volumes.present[0].recreated = true;
    anew.volumes.present[0].created_at = noon + second;
    on.apply(at(2, anew));
    CHECK(usage_of(on, "v1") == "used - by -, orphaned 2");
  });
}

TEST_CASE("an excluded container makes its volume used all the same") {
  on_both([](testbed& on) {
    history_options how;
    how.excluded = *history_rules::parse("container.name=*");
    on.writer = std::move(*open_store({.url = on.url, .history = how}));
    const std::vector<mount> mounts{{"v1", "/a", true}};
    on.apply(at(0, batch_of({a_volume("v1")}, {a_container("c1", mounts)})));
    on.apply(at(1, batch_of({}, {stopped("c1", mounts)})));
    CHECK(usage_of(on, "v1") == "used 1 by name of c1, orphaned -");
    CHECK(recorded(on) == lines{"create volume v1 by reconciliation"});
  });
}

TEST_CASE("rules of HISTORY_EXCLUDE that can't be read say which one is wrong") {
  CHECK(history_rules::parse(""));
  CHECK(history_rules::parse(" volume.name=a* , container.label=ci,"));
  for (const auto* wrong : {"name=x", "container.name", "container.name=", "volume.label==x"}) {
    const auto parsed = history_rules::parse(std::string{"volume.name=fine,"} + wrong);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().find(wrong) != std::string::npos);
  }
  const auto rules =
      *history_rules::parse("container.label=ci,container.image=registry/*,volume.label=k=v?");
  auto c = a_container("c1");
  CHECK_FALSE(rules.exclude(c));
  c.labels["ci"] = "";
  CHECK(rules.exclude(c));
  c = a_container("c1");
  c.image = "registry/a/b:1";
  CHECK(rules.exclude(c));
  auto v = a_volume("v1");
  v.labels["k"] = "v";
  CHECK_FALSE(rules.exclude(v));
  v.labels["k"] = "v1";
  CHECK(rules.exclude(v));
}
