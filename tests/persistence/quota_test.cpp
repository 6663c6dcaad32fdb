// Each host of a hub may have a limited number of rows.

#include "tests/persistence/testbed.hpp"

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

void limit(testbed& on, std::size_t rows) {
  auto store = open_store({.url = on.url, .rows_of_host = rows});
  REQUIRE(store);
  on.writer = std::move(*store);
}

std::string count(const testbed& on, const std::string& table, const std::string& host = "alpha") {
  return on.value("SELECT count(*) FROM " + table + " WHERE host = '" + host + "'");
}

} // namespace

TEST_CASE("rows beyond a host's limit are rejected in one entry, and the rest is written") {
  on_both([](testbed& on) {
    limit(on, 10);
    auto batch = batch_of(some_volumes(1, 13), {a_container("c1", {{"v1", "/a", true}})});
    batch.host = "alpha";
    const auto done = on.apply(batch);
    REQUIRE(done.rejected.size() == 1);
    CHECK(done.rejected[0].kind == row_kind::volume);
    CHECK(done.rejected[0].reason.find("10 volumes") != std::string::npos);
    CHECK(done.rejected[0].reason.find("3 in all") != std::string::npos);
    CHECK(count(on, "volumes") == "10");
    CHECK(count(on, "containers") == "1");
    CHECK(count(on, "volume_mounts") == "1");
    batch.volumes.present[0].driver = "changed"; // what has a row is written as ever
    CHECK(words(on.apply(batch).changes) == lines{"update volume v1"});
  });
}

TEST_CASE("a deleted row makes room for another one, also in the same batch") {
  on_both([](testbed& on) {
    limit(on, 10);
    auto batch = batch_of(some_volumes(1, 10));
    batch.host = "alpha";
    CHECK(on.apply(batch).rejected.empty());
    auto other = batch_of({a_volume("new")});
    other.host = "alpha";
    CHECK(on.apply(other).rejected.size() == 1);
    other.volumes.gone = {"v1"};
    CHECK(on.apply(other).rejected.empty());
    on.run("DELETE FROM volumes WHERE volume_id = 'v2'"); // by hand
    other.volumes.gone = {};
    other.volumes.present = {a_volume("newer")};
    CHECK(on.apply(other).rejected.empty());
    CHECK(count(on, "volumes") == "10");
  });
}

TEST_CASE("each host has a limit of its own, and a new connection counts again") {
  on_both([](testbed& on) {
    for (const auto* host : {"alpha", "beta"}) {
      limit(on, 10);
      auto batch = batch_of(some_volumes(1, 6));
      batch.host = host;
      CHECK(on.apply(batch).rejected.empty());
    }
    limit(on, 10);
    auto more = batch_of(some_volumes(7, 12));
    more.host = "alpha";
    const auto done = on.apply(more);
    CHECK(done.rejected.size() == 1);
    CHECK(done.changes.size() == 4);
  });
}

TEST_CASE("containers beyond the limit have no mounts either") {
  on_both([](testbed& on) {
    limit(on, 3);
    std::vector<container> five;
    for (int i = 0; i < 5; ++i)
      five.push_back(a_container("c" + std::to_string(i), {{"v", "/a", true}}));
    auto batch = batch_of({}, five);
    batch.host = "alpha";
    const auto done = on.apply(batch);
    REQUIRE(done.rejected.size() == 1);
    CHECK(done.rejected[0].kind == row_kind::container);
    CHECK(count(on, "containers") == "3");
    CHECK(count(on, "volume_mounts") == "3");
  });
}

TEST_CASE("a container's mounts that are beyond the limit stay as they are") {
  on_both([](testbed& on) {
    limit(on, 2); // four mounts
    auto batch = batch_of({}, {a_container("c1", {{"v", "/a", true}, {"v", "/b", true}}),
                               a_container("c2", {{"v", "/a", true}})});
    batch.host = "alpha";
    CHECK(on.apply(batch).rejected.empty());
    batch.containers.present[1].mounts = {{"v", "/b", true}, {"v", "/c", true}, {"v", "/d", true}};
    const auto done = on.apply(batch);
    REQUIRE(done.rejected.size() == 1);
    CHECK(done.rejected[0].kind == row_kind::mount);
    CHECK(done.rejected[0].key == "c2");
    CHECK(on.rows("SELECT mount_path FROM volume_mounts WHERE container_id = 'c2'", 1)
          == std::vector<text_row>{{"/a"}});
    batch.containers.present[0].mounts.pop_back(); // now there is room
    CHECK(on.apply(batch).rejected.empty());
    CHECK(count(on, "volume_mounts") == "4");
  });
}

TEST_CASE("a store without a limit rejects nothing") {
  on_both([](testbed& on) {
    limit(on, 0);
    CHECK(on.apply(batch_of(some_volumes(1, 500))).rejected.empty());
    CHECK(on.value("SELECT count(*) FROM volumes") == "500");
  });
}
