// A hub writes for all of its hosts: what they share, and what must not affect other hosts.

#include "tests/persistence/testbed.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

std::string host_name(int i) {
  return "host-" + std::to_string(i);
}

/// Each with a volume of its own and a container that mounts it.
std::vector<change_batch> one_each(int hosts, const std::string& volume) {
  std::vector<change_batch> batches;
  for (int i = 0; i < hosts; ++i) {
    auto batch =
        batch_of({a_volume(volume)}, {a_container("c-" + volume, {{volume, "/data", true}})});
    batch.host = host_name(i);
    batches.push_back(std::move(batch));
  }
  return batches;
}

} // namespace

TEST_CASE("changes of many hosts take PostgreSQL as many statements as those of one") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  on.apply(one_each(50, "v1")); // now the hosts are known
  const auto one = on.apply(one_each(1, "v2")).front().statements;
  const auto fifty = on.apply(one_each(50, "v3")).front().statements;
  CHECK(fifty == one);
}

TEST_CASE("each host's summary has its own rows, and no other host's") {
  on_both([](testbed& on) {
    auto batches = one_each(3, "v1");
    batches[1].volumes.present.push_back(a_volume("v2"));
    const auto summaries = on.apply(batches);
    CHECK(words(summaries[0].changes)
          == lines{"create container c-v1", "create mount c-v1 v1 at /data", "create volume v1"});
    CHECK(summaries[1].changes.size() == 4);
    CHECK(words(summaries[2].changes) == words(summaries[0].changes));
    // The same keys on other hosts: only one of them goes.
    change_batch gone = batch_of({});
    gone.host = host_name(1);
    gone.volumes.gone = {"v1"};
    CHECK(on.apply(gone).changes.size() == 2);
    CHECK(on.value("SELECT count(*) FROM volume_mounts") == "2");
  });
}

TEST_CASE("a container without mounts loses its own mounts only") {
  on_both([](testbed& on) {
    on.apply(one_each(3, "v1"));
    auto batches = one_each(3, "v1");
    batches[1].containers.present[0].mounts.clear();
    const auto summaries = on.apply(batches);
    CHECK(summaries[0].changes.empty());
    CHECK(words(summaries[1].changes) == lines{"remove mount c-v1 v1 at /data"});
    CHECK(summaries[2].changes.empty());
    CHECK(on.rows("SELECT host FROM volume_mounts ORDER BY host", 1)
          == std::vector<text_row>{{"host-0"}, {"host-2"}});
  });
}

TEST_CASE("several batches of a host in one transaction are written in their order") {
  on_both([](testbed& on) {
    auto batches = one_each(2, "v1");
    auto later = one_each(2, "v1");
    later[0].volumes.present[0].driver = "nfs";
    change_batch last = batch_of({});
    last.host = host_name(1);
    last.volumes.gone = {"v1"};
    batches.insert(batches.end(), {later[0], later[1], last});
    const auto summaries = on.apply(batches);
    CHECK(words(summaries[2].changes) == lines{"update volume v1"});
    CHECK(summaries[3].changes.empty());
    CHECK(on.rows("SELECT host, driver FROM volumes", 2)
          == std::vector<text_row>{{"host-0", "nfs"}});
  });
}

TEST_CASE(
    "a row that the database refuses is reported to its host, and other hosts' rows are written") {
  on_both([](testbed& on) {
    on.apply(one_each(9, "v0"));
    on.run(on.sqlite() ? "CREATE TRIGGER cursed BEFORE INSERT ON containers WHEN NEW.host = "
                         "'host-4' BEGIN SELECT RAISE(ABORT, 'cursed'); END"
                       : "ALTER TABLE containers ADD CHECK (host <> 'host-4') NOT VALID");
    const auto summaries = on.apply(one_each(9, "v1"));
    for (int i = 0; i < 9; ++i) {
      CHECK(summaries[static_cast<std::size_t>(i)].changes.size() == (i == 4 ? 1 : 3));
      CHECK(summaries[static_cast<std::size_t>(i)].rejected.size() == (i == 4 ? 1 : 0));
    }
    CHECK(summaries[4].rejected.at(0).key == "c-v1");
  });
}

TEST_CASE("a list that is held back does not hold up other hosts") {
  on_both([](testbed& on) {
    auto many = batch_of(some_volumes(1, 20));
    many.host = host_name(0);
    on.apply(many);
    auto batches = one_each(2, "v1");
    batches[0].volumes.complete = true;
    const auto summaries = on.apply(batches);
    CHECK(summaries[0].refused);
    CHECK(summaries[0].changes.empty());
    CHECK(summaries[1].changes.size() == 3);
    CHECK(on.value("SELECT count(*) FROM volumes") == "21");
  });
}
