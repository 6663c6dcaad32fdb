// A list that was compared before is not sent again, and still repairs every row that differs.

#include "persistence/list_comparison.hpp"
#include "persistence/rows_to_write.hpp"
#include "tests/persistence/testbed.hpp"

#include <set>
#include <string_view>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

/// A complete list of both kinds, without times, as lists are.
change_batch a_list() {
  auto batch = batch_of({a_volume("v1"), a_volume("v2")},
                        {a_container("c1", {{"v1", "/data", true}}), a_container("c2")});
  for (auto& x : batch.containers.present)
    x.from_inspect = false;
  batch.volumes.complete = batch.volumes.confirmed = true;
  batch.containers.complete = batch.containers.confirmed = true;
  return batch;
}

/// The list is applied twice, so that its rows are known; then `change`; then once more.
template <class Change>
lines repaired_after(testbed& on, Change change) {
  on.apply(a_list());
  on.apply(a_list());
  CHECK(on.apply(a_list()).changes.empty());
  change();
  const auto repaired = words(on.apply(a_list()).changes);
  CHECK(on.apply(a_list()).changes.empty());
  return repaired;
}

} // namespace

TEST_CASE("a row that another client has changed is repaired by the same list") {
  on_both([](testbed& on) {
    CHECK(repaired_after(on,
                         [&] { on.run("UPDATE volumes SET driver = 'x' WHERE volume_id = 'v2'"); })
          == lines{"update volume v2"});
    CHECK(repaired_after(
              on, [&] { on.run("UPDATE containers SET name = 'x' WHERE container_id = 'c2'"); })
          == lines{"update container c2"});
    CHECK(repaired_after(on, [&] { on.run("UPDATE volume_mounts SET access_mode = 'ro'"); })
          == lines{"update mount c1 v1 at /data"});
  });
}

TEST_CASE("a row that another client has deleted or added is repaired by the same list") {
  on_both([](testbed& on) {
    CHECK(repaired_after(on, [&] { on.run("DELETE FROM volumes WHERE volume_id = 'v2'"); })
          == lines{"create volume v2"});
    CHECK(repaired_after(on, [&] { on.run("DELETE FROM volume_mounts"); })
          == lines{"create mount c1 v1 at /data"});
    CHECK(repaired_after(on,
                         [&] {
                           on.run("INSERT INTO volume_mounts (host, volume_id, container_id, "
                                  "mount_path, access_mode, "
                                  "created_at, updated_at) SELECT host, 'v2', 'c2', '/x', 'rw', "
                                  "created_at, updated_at "
                                  "FROM volume_mounts");
                         })
          == lines{"remove mount c2 v2 at /x"});
  });
}

TEST_CASE("a row that was restored as it once was is compared again") {
  on_both([](testbed& on) {
    on.apply(a_list());
    on.run("CREATE TABLE saved AS SELECT * FROM volumes WHERE false");
    auto other = a_list();
    other.volumes.present[0].driver = "nfs";
    on.apply(other);
    on.run("INSERT INTO saved SELECT * FROM volumes");
    CHECK(repaired_after(
              on,
              [&] {
                on.run(
                    "DELETE FROM volumes WHERE volume_id = 'v1'; INSERT INTO volumes SELECT * FROM "
                    "saved WHERE volume_id = 'v1'");
              })
          == lines{"create mount c1 v1 at /data", "update volume v1"});
  });
}

TEST_CASE("a row that an event has changed since is repaired by the same list") {
  on_both([](testbed& on) {
    CHECK(repaired_after(on,
                         [&] {
                           auto changed = a_volume("v1");
                           changed.driver = "nfs";
                           on.apply(batch_of({changed}));
                         })
          == lines{"update volume v1"});
    CHECK(repaired_after(on,
                         [&] {
                           change_batch gone = batch_of({});
                           gone.volumes.gone = {"v1"};
                           on.apply(gone);
                         })
          == lines{"create mount c1 v1 at /data", "create volume v1"});
  });
}

TEST_CASE("a list behind an event in one transaction is compared with what the event wrote") {
  on_both([](testbed& on) {
    on.apply(a_list());
    on.apply(a_list());
    auto changed = a_volume("v1");
    changed.driver = "nfs";
    on.apply({batch_of({changed}), a_list()});
    CHECK(on.value("SELECT driver FROM volumes WHERE volume_id = 'v1'") == "local");
  });
}

TEST_CASE("mounts that a volume of the same batch has taken along are written again") {
  on_both([](testbed& on) {
    on.apply(a_list());
    on.apply(a_list());
    auto without_volume = a_list();
    std::erase_if(without_volume.volumes.present, [](const volume& x) { return x.name == "v1"; });
    CHECK(
        words(on.apply(without_volume).changes)
        == lines{"create mount c1 v1 at /data", "remove mount c1 v1 at /data", "remove volume v1"});
    CHECK(on.value("SELECT count(*) FROM volume_mounts") == "1");
  });
}

TEST_CASE("a row that the database refuses is rejected by each list again") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  on.apply(a_list());
  on.run("ALTER TABLE volumes ADD CONSTRAINT short CHECK (length(driver) < 10)");
  auto list = a_list();
  list.volumes.present[1].driver = "a-name-that-is-too-long";
  for (int i = 0; i < 3; ++i) {
    const auto rejected = on.apply(list).rejected;
    REQUIRE(rejected.size() == 1);
    CHECK(rejected[0].key == "v2");
  }
}

TEST_CASE("after a vacuum, also one that rewrites the table, a list is compared rightly") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  CHECK(repaired_after(on,
                       [&] {
                         on.run("UPDATE volumes SET driver = 'x' WHERE volume_id = 'v2'");
                         on.run("VACUUM (FREEZE, FULL) volumes");
                         on.run("VACUUM FREEZE volume_mounts");
                       })
        == lines{"update volume v2"});
}

TEST_CASE("a node whose lock another one had in between compares all rows again") {
  on_both([](testbed& on) {
    on.apply(a_list());
    on.apply(a_list());
    CHECK(on.writer->release(a_list().host));
    {
      testbed other{on.url};
      auto changed = a_volume("v2");
      changed.driver = "nfs";
      CHECK_FALSE(other.apply(batch_of({changed})).locked_out);
    }
    CHECK(words(on.apply(a_list()).changes) == lines{"update volume v2"});
  });
}

TEST_CASE("a list that differs nowhere sends no resource to PostgreSQL") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  writing_session mine{on.url};
  const auto first = mine.write(a_list()).statements;
  mine.write(a_list());
  // Without the statements that write volumes, containers and mounts.
  CHECK(mine.write(a_list()).statements <= first - 3);
}

TEST_CASE("a row that another client changes while many others are written is compared again") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  {
    auto list = list_of(some_volumes(1, 500));
    on.apply(list);
    writing_session mine{on.url};
    list_comparison<volume> compared{mine.on, list.host, list.volumes};
    const seen_rows nothing;
    rows_to_write<volume> all{list.volumes, &compared, nothing};
    CHECK(all.next_part().size() == 500);
    // It has compared v1 and found it equal; then another client changes v1, and it changes others.
    on.run("UPDATE volumes SET driver = 'x' WHERE volume_id = 'v1'");
    mine.on.execute("UPDATE volumes SET driver = 'y' WHERE volume_id <> 'v1'");
    std::set<std::string_view> changed;
    for (const auto& x : list.volumes.present)
      if (x.name != "v1")
        changed.insert(x.name);
    const auto seen = compared.after_writing(mine.on, changed, {});
    list_comparison<volume> next{mine.on, list.host, list.volumes};
    rows_to_write<volume> some{list.volumes, &next, seen};
    const auto& differ = some.next_part();
    REQUIRE(differ.size() == 1);
    CHECK(differ[0].name == "v1");
  }
}

TEST_CASE("a packed list of more rows than one statement takes is written and repaired") {
  on_both([](testbed& on) {
    auto list = list_of(some_volumes(1, 12'000));
    list.volumes.confirmed = true;
    CHECK(on.apply(packed(list)).changes.size() == 12'000);
    CHECK(on.apply(packed(list)).changes.empty());
    on.run("UPDATE volumes SET driver = 'x' WHERE volume_id IN ('v7', 'v6000', 'v11999')");
    list.volumes.present.pop_back();
    CHECK(words(on.apply(packed(list)).changes)
          == lines{"remove volume v12000", "update volume v11999", "update volume v6000",
                   "update volume v7"});
    CHECK(on.apply(packed(list)).changes.empty());
    CHECK(on.apply(list).changes.empty()); // the same, not packed
  });
}

TEST_CASE("resources that differ have different digests") {
  const auto v = a_volume("v");
  const auto c = a_container("c", {{"v", "/data", true}});
  auto longer = v, labelled = v;
  longer.driver += "x";
  labelled.labels = {{"a", ""}};
  CHECK(digest_of(v) == digest_of(a_volume("v")));
  CHECK(digest_of(v) != digest_of(longer));
  CHECK(digest_of(v) != digest_of(labelled));
  auto stopped = c, read_only = c, inspected = c;
  stopped.state = "exited";
  read_only.mounts[0].writable = false;
  inspected.started_at = noon + 1;
  CHECK(digest_of(c) != digest_of(stopped));
  CHECK(digest_of(c) != digest_of(read_only));
  CHECK(digest_of(c) == digest_of(inspected)); // a list has no times
}
