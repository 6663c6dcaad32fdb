#include "tests/persistence/testbed.hpp"

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

TEST_CASE("the mounts of a deleted resource are deleted with it, and each is reported") {
  on_both([](testbed& on) {
    on.apply(
        batch_of(some_volumes(1, 2), {a_container("c1", {{"v1", "/a", true}, {"v2", "/b", true}}),
                                      a_container("c2", {{"v2", "/a", true}})}));
    change_batch volume_gone = batch_of({});
    volume_gone.volumes.gone = {"v1", "never-there"};
    CHECK(words(on.apply(volume_gone).changes)
          == lines{"remove mount c1 v1 at /a", "remove volume v1"});
    change_batch container_gone = batch_of({});
    container_gone.containers.gone = {"c1"};
    CHECK(words(on.apply(container_gone).changes)
          == lines{"remove container c1", "remove mount c1 v2 at /b"});
    CHECK(on.rows("SELECT container_id, volume_id FROM volume_mounts", 2)
          == std::vector<text_row>{{"c2", "v2"}});
    CHECK(on.apply(container_gone).changes.empty());
  });
}

TEST_CASE("deleting by hand cascades as the documentation says") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 2),
                      {a_container("c1", {{"v1", "/a", true}, {"v2", "/b", true}})}));
    const std::string keys_on = on.sqlite() ? "PRAGMA foreign_keys = ON; " : "";
    on.run(keys_on + "DELETE FROM volumes WHERE volume_id = 'v1'");
    CHECK(on.rows("SELECT volume_id FROM volume_mounts", 1) == std::vector<text_row>{{"v2"}});
    on.run(keys_on + "DELETE FROM containers");
    CHECK(on.value("SELECT count(*) FROM volume_mounts") == "0");
  });
}

TEST_CASE("a complete list removes the rest of its kind, and of its kind only") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 3), {a_container("c1", {{"v3", "/a", true}})}));
    CHECK(words(on.apply(list_of(some_volumes(1, 2))).changes)
          == lines{"remove mount c1 v3 at /a", "remove volume v3"});
    CHECK(on.value("SELECT count(*) FROM containers") == "1");
    CHECK(words(on.apply(list_of(std::vector<container>{})).changes)
          == lines{"remove container c1"});
    CHECK(on.value("SELECT count(*) FROM volumes") == "2");
    CHECK(on.apply(list_of(std::vector<volume>{})).changes.size() == 2);
  });
}

TEST_CASE("a batch that is not a complete list removes nothing that it does not name") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 3), {a_container("c1")}));
    CHECK(on.apply(batch_of({a_volume("v1")})).changes.empty());
    CHECK(on.apply(batch_of({})).changes.empty());
    CHECK(on.contents().size() == 5);
  });
}

TEST_CASE(
    "a list that would remove more than half of the rows is held back until it is confirmed") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 20), {a_container("c1")}));
    const auto before = on.contents(true);
    auto suspicious = list_of(some_volumes(1, 9)); // 11 of 20
    suspicious.volumes.present.push_back(a_volume("new"));
    suspicious.containers.gone = {"c1"};
    suspicious.facts = {"e", "26", noon, noon};
    auto harmless = batch_of({a_volume("other")});
    harmless.host = "beta";
    const auto summaries = on.apply({suspicious, harmless});
    CHECK(summaries.at(0).refused);
    CHECK(summaries.at(0).changes.empty());
    CHECK(words(summaries.at(1).changes) == lines{"create volume other"});
    auto after = on.contents(true);
    std::erase_if(after, [](const std::string& line) {
      return line.find("| beta |") != line.npos || line.starts_with("host | beta");
    });
    CHECK(after == before);
    suspicious.volumes.confirmed = true;
    const auto summary = on.apply(suspicious);
    CHECK_FALSE(summary.refused);
    CHECK(summary.changes.size() == 11 + 1 + 1);
  });
}

TEST_CASE("a list that removes half, or few, needs no confirmation") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 24)));
    CHECK(on.apply(list_of(some_volumes(1, 12))).changes.size() == 12); // exactly half
    CHECK(on.apply(list_of(some_volumes(1, 2))).changes.size()
          == 10); // most, but not more than ten
  });
}

TEST_CASE("rows that the daemon answered with 404 do not count for the mass-deletion guard") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 20)));
    auto list = list_of(some_volumes(1, 2));
    for (int i = 3; i <= 12; ++i)
      list.volumes.gone.push_back("v" + std::to_string(i));
    CHECK(on.apply(list).changes.size() == 18); // 8 of 20 by the list's word alone
  });
}

TEST_CASE("a list of containers is held back like one of volumes") {
  on_both([](testbed& on) {
    std::vector<container> many;
    for (int i = 0; i < 12; ++i)
      many.push_back(a_container("c" + std::to_string(i), {{"v", "/data", true}}));
    on.apply(batch_of({}, many));
    auto empty = list_of(std::vector<container>{});
    CHECK(on.apply(empty).refused);
    empty.containers.confirmed = true;
    CHECK(on.apply(empty).changes.size() == 24);
  });
}

TEST_CASE("a complete list removes no row of a driver that it spares, and names those it kept") {
  on_both([](testbed& on) {
    auto before = batch_of(some_volumes(1, 5), {a_container("c1", {{"v1", "/a", true}})});
    before.volumes.present[0].driver = before.volumes.present[1].driver = "nas";
    on.apply(before);
    auto list = list_of({a_volume("v5")});
    list.volumes.spared = {.drivers = {"tape", "nas"}, .all = false};
    list.volumes.also_present = {"v4"};
    const auto done = on.apply(list);
    CHECK(words(done.changes) == lines{"remove volume v3"});
    auto kept = done.spared;
    std::ranges::sort(kept);
    CHECK(kept == lines{"v1", "v2"});
    list.volumes.spared = {};
    CHECK(words(on.apply(list).changes)
          == lines{"remove mount c1 v1 at /a", "remove volume v1", "remove volume v2"});
  });
}

TEST_CASE("a complete list that spares all rows removes only those that are called gone") {
  on_both([](testbed& on) {
    std::vector<container> many;
    for (int i = 0; i < 400; ++i)
      many.push_back(a_container("c" + std::to_string(i)));
    on.apply(batch_of(some_volumes(1, 3), many));
    auto list = list_of(std::vector<container>{});
    list.containers.spared.all = true;
    list.containers.gone = {"c7"};
    const auto done = on.apply(list);
    CHECK_FALSE(done.refused); // what it spares is not lost
    CHECK(words(done.changes) == lines{"remove container c7"});
    CHECK(done.spared.size() == named_spared_max);
    CHECK(done.more_spared == 400 - 1 - named_spared_max);
  });
}

TEST_CASE("a complete list keeps volumes of drivers that it does not know, and mounted ones") {
  on_both([](testbed& on) {
    auto before = batch_of(some_volumes(1, 5), {a_container("c1", {{"v3", "/a", true}})});
    before.volumes.present[0].driver = "nas";
    before.volumes.present[1].driver = "ebs";
    on.apply(before);
    auto list = list_of({a_volume("v5")});
    list.volumes.spared = {.others = true, .known = {"local", "ebs"}, .mounted = true};
    const auto done = on.apply(list);
    CHECK(words(done.changes) == lines{"remove volume v2", "remove volume v4"});
    auto kept = done.spared;
    std::ranges::sort(kept);
    CHECK(kept == lines{"v1", "v3"});
    list.volumes.gone = {"v3"}; // its inspect said so
    CHECK(words(on.apply(list).changes) == lines{"remove mount c1 v3 at /a", "remove volume v3"});
  });
}

TEST_CASE("a kept row that nothing can verify is marked unverified until it is seen again") {
  on_both([](testbed& on) {
    auto before = batch_of(some_volumes(1, 3), {});
    for (auto& x : before.volumes.present)
      x.driver = "nas";
    on.apply(before);
    auto list = list_of(std::vector<volume>{});
    list.volumes.spared = {.others = true, .known = {"local"}, .unverified = {"v1", "stranger"}};
    CHECK(words(on.apply(list).changes) == lines{"update volume v1"});
    CHECK(on.value("SELECT status FROM volumes WHERE volume_id = 'v1'") == "unverified");
    CHECK(on.value("SELECT status FROM volumes WHERE volume_id = 'v2'") == "active");
    CHECK(on.apply(list).changes.empty());
    list.volumes.spared = {.others = true, .known = {"local"}, .all_unverified = true};
    CHECK(words(on.apply(list).changes) == lines{"update volume v2", "update volume v3"});
    CHECK(words(on.apply(before).changes)
          == lines{"update volume v1", "update volume v2", "update volume v3"});
    CHECK(on.value("SELECT status FROM volumes WHERE volume_id = 'v1'") == "active");
    CHECK(on.apply(before).changes.empty());
  });
}

TEST_CASE("a batch of one host never touches another host's rows") {
  on_both([](testbed& on) {
    auto other = batch_of(some_volumes(1, 2), {a_container("c1", {{"v1", "/a", true}})});
    other.host = "beta";
    on.apply({batch_of(some_volumes(1, 2), {a_container("c1", {{"v1", "/a", true}})}), other});
    auto nothing_left = list_of(std::vector<volume>{});
    nothing_left.containers.complete = true;
    CHECK(on.apply(nothing_left).changes.size() == 4);
    other.volumes.present[0].driver = "changed";
    CHECK(words(on.apply(other).changes) == lines{"update volume v1"});
    CHECK(on.contents().size() == 2 + 2 + 1 + 1);
  });
}

TEST_CASE("a host whose row was deleted by hand comes back with what is observed next") {
  on_both([](testbed& on) {
    on.apply(batch_of({a_volume("v1")}, {a_container("c1", {{"v1", "/a", true}})}));
    on.run(on.sqlite() ? "PRAGMA foreign_keys = ON; DELETE FROM hosts" : "DELETE FROM hosts");
    CHECK(on.contents().empty()); // with all that hangs on it
    CHECK(words(on.apply(batch_of({a_volume("v2")})).changes) == lines{"create volume v2"});
    CHECK(on.contents().size() == 2);
  });
}
