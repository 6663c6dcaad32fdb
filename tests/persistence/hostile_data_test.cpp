#include "tests/persistence/testbed.hpp"

#include <random>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;
using namespace std::string_literals;

namespace {

/// A path that no compression makes short: above what a PostgreSQL index entry can hold.
std::string incompressible_path(unsigned seed) {
  std::mt19937 random{seed};
  std::string path = "/";
  while (path.size() < 4000)
    path += static_cast<char>('!' + random() % 90);
  return path;
}

} // namespace

TEST_CASE("text that no database can hold is replaced and counted") {
  on_both([](testbed& on) {
    auto v = a_volume("v1");
    v.labels = {{"nul\0key"s, "nul\0value"s}, {"latin1", "gr\xFC\xDF"}};
    v.driver = "lo\0cal"s;
    auto c = a_container("c1", {{"v1", "/da\0ta"s, true}});
    const auto summary = on.apply(batch_of({v}, {c}));
    CHECK(summary.replaced_text == 5);
    CHECK(summary.changes.size() == 3);
    CHECK(on.value("SELECT driver FROM volumes") == "lo\uFFFDcal");
    CHECK(on.contents().at(1).find(
              "{\"latin1\":\"gr\uFFFD\uFFFD\",\"nul\uFFFDkey\":\"nul\uFFFDvalue\"}")
          != std::string::npos);
    const auto again = on.apply(batch_of({v}, {c}));
    CHECK(again.changes.empty());
    CHECK(again.replaced_text == 5);
  });
}

TEST_CASE("characters that mean something to SQL, JSON or SOCI are just characters") {
  on_both([](testbed& on) {
    const auto odd = "'; DROP TABLE volumes; -- :host ::text $1 ? \\ \" {a,b} %s \n\t\x01 🚢"s;
    auto v = a_volume(odd);
    v.labels = {{odd, odd}, {"", ""}};
    v.mountpoint = odd;
    auto c = a_container(odd, {{odd, odd, false}});
    c.name = c.image = c.status = odd;
    CHECK(on.apply(batch_of({v}, {c})).changes.size() == 3);
    CHECK(on.apply(batch_of({v}, {c})).changes.empty());
    CHECK(on.value("SELECT mountpoint FROM volumes") == odd);
    CHECK(on.reader->volumes({.label = std::pair{odd, odd}})->items.size() == 1);
    change_batch gone = batch_of({});
    gone.volumes.gone = gone.containers.gone = {odd};
    CHECK(on.apply(gone).changes.size() == 3);
  });
}

TEST_CASE("a label of a megabyte is written and read") {
  on_both([](testbed& on) {
    auto v = a_volume("v1");
    v.labels["big"] = std::string(1'000'000, 'x') + "end";
    CHECK(on.apply(batch_of({v})).changes.size() == 1);
    CHECK(on.apply(batch_of({v})).changes.empty());
    CHECK(on.reader->volumes({})->items.at(0).labels.find("xend\"") != std::string::npos);
  });
}

TEST_CASE("more rows than one statement takes are written in one transaction") {
  on_both([](testbed& on) {
    auto many = list_of(some_volumes(1, 5001));
    const auto first = on.apply(many);
    CHECK(first.changes.size() == 5001);
    CHECK(on.apply(many).changes.empty());
    CHECK(on.value("SELECT count(DISTINCT updated_at) FROM volumes") == "1");
  });
}

TEST_CASE("a row with an impossible key is rejected and the rest is written") {
  on_both([](testbed& on) {
    const auto summary = on.apply(
        batch_of({a_volume("v1"), a_volume(std::string(2000, 'x')), a_volume("")},
                 {a_container("c1", {{"v1", "/a", true}, {"v1", std::string(5000, 'p'), true}}),
                  a_container("")}));
    CHECK(words(summary.changes)
          == lines{"create container c1", "create mount c1 v1 at /a", "create volume v1"});
    CHECK(summary.rejected.size() == 4);
  });
}

TEST_CASE("a row that only the database refuses is found and the rest is written") {
  on_both([](testbed& on) {
    if (on.sqlite())
      on.apply(batch_of({}));
    // PostgreSQL can't index such a path; SQLite can, so it gets a rule of its own to break.
    const auto bad = incompressible_path(1);
    if (on.sqlite())
      on.run("CREATE TRIGGER no_long_paths BEFORE INSERT ON volume_mounts WHEN "
             "length(NEW.mount_path) > 1000 "
             "BEGIN SELECT RAISE(ABORT, 'index entry too long'); END");
    std::vector<container> containers;
    for (int i = 0; i < 9; ++i)
      containers.push_back(a_container("c" + std::to_string(i), {{"v1", "/a", true}}));
    containers[4].mounts.push_back({"v1", bad, true});
    containers[4].mounts.push_back({"v1", "/z", true});
    containers[7].mounts = {{"v1", incompressible_path(2), true}};
    const auto summary = on.apply(batch_of({a_volume("v1")}, containers));
    CHECK(summary.changes.size() == 1 + 9 + 9);
    REQUIRE(summary.rejected.size() == 2);
    CHECK(summary.rejected[0].kind == row_kind::mount);
    CHECK(summary.rejected[0].key == "c4");
    CHECK(summary.rejected[0].reason.size() < 400);
    CHECK(summary.rejected[1].key == "c7");
    CHECK(
        on.rows(
            "SELECT mount_path FROM volume_mounts WHERE container_id = 'c4' ORDER BY mount_path", 1)
        == std::vector<text_row>{{"/a"}, {"/z"}});
    const auto again = on.apply(batch_of({a_volume("v1")}, containers));
    CHECK(again.changes.empty());
    CHECK(again.rejected.size() == 2);
  });
}

TEST_CASE("a container with very many mounts that PostgreSQL refuses costs few statements") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  on.apply(batch_of({a_volume("v1")}, {a_container("c1", {{"v1", "/before", true}}),
                                       a_container("c2", {{"v1", "/before", true}})}));
  auto hostile = a_container("c1"), harmless = a_container("c2");
  for (unsigned i = 0; i < 300; ++i) {
    hostile.mounts.push_back({"v1", "/good" + std::to_string(i), true});
    hostile.mounts.push_back({"v1", incompressible_path(i), true});
    harmless.mounts.push_back({"v1", "/good" + std::to_string(i), true});
  }
  harmless.mounts.push_back({"v1", incompressible_path(1), true});
  const auto summary = on.apply(batch_of({}, {hostile, harmless}));
  CHECK(summary.statements < 600);
  REQUIRE(summary.rejected.size() == 2);
  CHECK(summary.rejected[0].key == "c1");
  CHECK(summary.rejected[0].reason.find("all stay as they were") != std::string::npos);
  CHECK(summary.rejected[1].key == "c2");
  CHECK(on.rows("SELECT mount_path FROM volume_mounts WHERE container_id = 'c1'", 1)
        == std::vector<text_row>{{"/before"}});
  CHECK(on.value("SELECT count(*) FROM volume_mounts WHERE container_id = 'c2'") == "300");
  CHECK(summary.changes.size() == 301);
}

TEST_CASE("a refused volume or container is found among many") {
  on_both([](testbed& on) {
    on.apply(batch_of({}));
    for (const std::string table : {"volumes", "containers"})
      on.run(on.sqlite()
                 ? "CREATE TRIGGER no_" + table + " BEFORE INSERT ON " + table
                       + " WHEN NEW.name LIKE '%cursed%' BEGIN SELECT RAISE(ABORT, 'cursed'); END"
                 : "ALTER TABLE " + table + " ADD CHECK (name NOT LIKE '%cursed%')");
    auto volumes = some_volumes(1, 40);
    volumes[17].name = "cursed-17";
    volumes[18].name = "cursed-18";
    auto cursed = a_container("c2", {{"v1", "/a", true}});
    cursed.name = "cursed";
    const auto summary =
        on.apply(batch_of(volumes, {a_container("c1", {{"v1", "/a", true}}), cursed}));
    CHECK(summary.changes.size() == 38 + 2); // without the mount of a container that has no row
    REQUIRE(summary.rejected.size() == 3);
    CHECK(summary.rejected[0].key == "cursed-17");
    CHECK(summary.rejected[1].key == "cursed-18");
    CHECK(summary.rejected[2].key == "c2");
  });
}

namespace {

change_batch large_snapshot() {
  auto list = list_of(some_volumes(1, 5000));
  for (int i = 1; i <= 200; ++i)
    list.containers.present.push_back(a_container(
        "c" + std::to_string(i), {{"v" + std::to_string(i), "/a", true}, {"v1", "/b", true}}));
  list.containers.complete = true;
  list.facts = {"e", "26", noon, noon};
  return list;
}

} // namespace

TEST_CASE("a snapshot that differs nowhere takes a handful of statements") {
  on_both([](testbed& on) {
    auto list = large_snapshot();
    on.apply(list);
    const auto summary = on.apply(list);
    CHECK(summary.changes.empty());
    CHECK(summary.statements <= 20);
    list.volumes.present[4711].labels["new"] = "label";
    const auto one = on.apply(list);
    REQUIRE(one.changes.size() == 1);
    CHECK(one.changes[0].op == operation::update);
    CHECK(one.statements <= 20);
  });
}

TEST_CASE("a snapshot of any size takes PostgreSQL a handful of statements") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  auto list = large_snapshot();
  CHECK(on.apply(list).statements <= 20);
  CHECK(on.apply(list).statements <= 20);
  list.volumes.present.resize(4000);
  list.containers.present.resize(150);
  const auto summary = on.apply(list);
  CHECK(summary.statements <= 20);
  CHECK(summary.changes.size() == 1000 + 50 + 100);
}
