#include "tests/persistence/testbed.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

TEST_CASE("every column of an observation is recorded") {
  on_both([](testbed& on) {
    auto batch = batch_of({a_volume("v1")},
                          {a_container("c1", {{"v1", "/data", true}, {"v1", "/ro", false}})});
    batch.facts = {"engine", "26.1", noon, noon - 1'000'000};
    const auto summary = on.apply(batch);
    CHECK(words(summary.changes)
          == lines{"create container c1", "create mount c1 v1 at /data",
                   "create mount c1 v1 at /ro", "create volume v1"});
    CHECK(
        on.contents()
        == lines{
            "host | alpha | engine | 26.1 | 2024-05-01T12:00:00.123456 | "
            "2024-05-01T12:00:00.122456",
            R"(volume | alpha | v1 | local | /var/lib/docker/volumes/v1/_data | {"project":"shop"} | )"
            R"({"type":"nfs"} | local | 2024-05-01T12:00:00.123456 | -)",
            R"(container | alpha | c1 | name of c1 | busybox | running | Up | {"tier":"web"} | runs | )"
            R"(2024-05-01T12:00:00.123456 | 2024-05-01T12:00:00.124456 |  | -)",
            "mount | alpha | v1 | c1 | /data | rw | -", "mount | alpha | v1 | c1 | /ro | ro | -"});
    const auto seen = on.reader->volumes({});
    REQUIRE(seen);
    CHECK(seen->items.at(0).created_at.ends_with('Z'));
    CHECK(on.value("SELECT count(*) FROM volumes WHERE is_active AND status = 'active'") == "1");
  });
}

TEST_CASE("a repeat of a batch writes nothing and moves no updated_at") {
  on_both([](testbed& on) {
    auto batch = batch_of(some_volumes(1, 3),
                          {a_container("c1", {{"v1", "/data", true}}), a_container("c2")});
    batch.containers.present[1].from_inspect = false;
    batch.volumes.complete = batch.containers.complete = true;
    batch.facts = {"engine", "26.1", noon, noon};
    on.apply(batch);
    const auto before = on.contents(true);
    // In SQLite the version of the file, in PostgreSQL each row's writer: they show writes that
    // changed nothing, too.
    const auto version =
        on.sqlite() ? "SELECT data_version FROM pragma_data_version"
                    : "SELECT string_agg(x::text, ' ') FROM (SELECT xmin AS x FROM volumes UNION "
                      "SELECT xmin FROM containers UNION SELECT xmin FROM volume_mounts "
                      "UNION SELECT xmax FROM volumes UNION SELECT xmax FROM containers "
                      "UNION SELECT xmax FROM volume_mounts UNION SELECT xmin FROM hosts) y";
    session watcher{*parse_url(on.url), session::purpose::change_nothing, std::chrono::seconds{5}};
    const auto version_before = watcher.query(version, {}, 1);
    const auto summary = on.apply(batch);
    CHECK(summary.changes.empty());
    CHECK_FALSE(summary.refused);
    CHECK(watcher.query(version, {}, 1) == version_before);
    CHECK(on.contents(true) == before);
  });
}

TEST_CASE("each field of a volume that differs makes it an update") {
  on_both([](testbed& on) {
    auto v = a_volume("v1");
    on.apply(batch_of({v, a_volume("v2")}));
    const auto changes_row = [&](const char* what) {
      INFO(what);
      const auto before = on.value("SELECT updated_at FROM volumes WHERE volume_id = 'v1'");
      const auto other_before = on.value("SELECT updated_at FROM volumes WHERE volume_id = 'v2'");
      CHECK(words(on.apply(batch_of({v, a_volume("v2")})).changes) == lines{"update volume v1"});
      CHECK(on.value("SELECT updated_at FROM volumes WHERE volume_id = 'v1'") > before);
      CHECK(on.value("SELECT updated_at FROM volumes WHERE volume_id = 'v2'") == other_before);
    };
    v.driver = "nfs", changes_row("driver");
    v.mountpoint = "", changes_row("mountpoint");
    v.labels = {}, changes_row("labels");
    v.options["o"] = "x", changes_row("options");
    v.scope = "global", changes_row("scope");
    CHECK(on.rows("SELECT driver, mountpoint, scope FROM volumes WHERE volume_id = 'v1'", 3)
          == std::vector<text_row>{{"nfs", "", "global"}});
  });
}

TEST_CASE("a volume's created_at changes only when the volume was recreated") {
  on_both([](testbed& on) {
    auto v = a_volume("v1");
    on.apply(batch_of({v}));
    const auto before = on.contents(true);
    v.created_at += 60'000'000'000;
    CHECK(on.apply(batch_of({v})).changes.empty());
    CHECK(on.contents(true) == before);
    v.driver = "other"; // an update for another reason leaves it as well
    CHECK(on.apply(batch_of({v})).changes.size() == 1);
    CHECK(on.contents().at(1).find("12:00:00.123456") != std::string::npos);
    v.recreated = true;
    CHECK(words(on.apply(batch_of({v})).changes) == lines{"update volume v1"});
    CHECK(on.contents().at(1).find("12:01:00.123456") != std::string::npos);
    CHECK(on.apply(batch_of({v})).changes.empty());
  });
}

TEST_CASE("everything that an inspect reports about a container is recorded") {
  on_both([](testbed& on) {
    auto c = a_container("c1");
    on.apply(batch_of({}, {c}));
    const auto changes_row = [&](const char* what) {
      INFO(what);
      CHECK(words(on.apply(batch_of({}, {c})).changes) == lines{"update container c1"});
      CHECK(on.apply(batch_of({}, {c})).changes.empty());
    };
    c.name = "other", changes_row("name");
    c.image = "other", changes_row("image");
    c.status = "Up (healthy)", changes_row("status");
    c.labels["a"] = "b", changes_row("labels");
    c.created_at += 1'000, changes_row("created_at");
    c.started_at += 1'000, changes_row("started_at");
    c.state = "exited", c.finished_at = noon + 9'000, changes_row("state and finished_at");
    CHECK(on.value("SELECT count(*) FROM containers WHERE is_active") == "0");
    c.started_at = never, changes_row("started_at became unknown");
    CHECK(on.value("SELECT count(*) FROM containers WHERE started_at IS NULL") == "1");
  });
}

TEST_CASE("a list does not overwrite the times of an inspect while the container stays as it is") {
  on_both([](testbed& on) {
    const auto inspected = a_container("c1");
    on.apply(batch_of({}, {inspected}));
    const auto before = on.contents(true);
    auto listed = inspected;
    listed.from_inspect = false;
    listed.created_at = noon / 1'000'000'000 * 1'000'000'000;
    listed.started_at = listed.finished_at = never;
    CHECK(on.apply(batch_of({}, {listed})).changes.empty());
    CHECK(on.contents(true) == before);
    listed.name = "renamed";
    CHECK(on.apply(batch_of({}, {listed})).changes.size() == 1);
    CHECK(on.contents().at(1).ends_with("12:00:00.123456 | 2024-05-01T12:00:00.124456 |  | -"));
  });
}

TEST_CASE("a list that shows another state clears the times, which are out of date") {
  on_both([](testbed& on) {
    on.apply(batch_of({}, {a_container("c1")}));
    auto listed = a_container("c1");
    listed.from_inspect = false;
    listed.state = "exited";
    listed.status = "Exited (0)";
    CHECK(words(on.apply(batch_of({}, {listed})).changes) == lines{"update container c1"});
    CHECK(on.contents().at(1).ends_with("stands | 2024-05-01T12:00:00.123456 |  |  | -"));
    listed.status = "Exited (137)"; // the status alone is enough
    auto inspected = listed;
    inspected.from_inspect = true;
    on.apply(batch_of({}, {inspected}));
    listed.status = "Exited (1)";
    on.apply(batch_of({}, {listed}));
    CHECK(
        on.value("SELECT count(*) FROM containers WHERE started_at IS NULL AND finished_at IS NULL")
        == "1");
  });
}

TEST_CASE("a container that only a list has shown has no start time yet") {
  on_both([](testbed& on) {
    auto listed = a_container("c1");
    listed.from_inspect = false; // started_at is set, but a list can't know it
    CHECK(words(on.apply(batch_of({}, {listed})).changes) == lines{"create container c1"});
    CHECK(on.contents().at(1).ends_with("runs | 2024-05-01T12:00:00.123456 |  |  | -"));
  });
}

TEST_CASE(
    "a list of a container that can't be inspected makes its times unknown, few rows or many") {
  on_both([](testbed& on) {
    for (const auto others : {0, 40}) {
      std::vector<container> all{a_container("c1")};
      for (auto i = 0; i < others; ++i)
        all.push_back(a_container("d" + std::to_string(i)));
      on.apply(batch_of({}, all));
      for (auto& x : all)
        x.from_inspect = false;
      all[0].times_unknown = true;
      CHECK(words(on.apply(batch_of({}, all)).changes) == lines{"update container c1"});
      CHECK(on.apply(batch_of({}, all)).changes.empty());
    }
  });
}

TEST_CASE("a complete list reports which times are missing and when the rows were last verified") {
  on_both([](testbed& on) {
    auto listed = a_container("listed"), born = a_container("born");
    listed.from_inspect = born.from_inspect = false;
    born.state = "created";
    auto list = batch_of({}, {a_container("known"), listed, born});
    CHECK(on.apply(list).needs_inspect.empty());
    list.containers.complete = true;
    auto summary = on.apply(list);
    CHECK(summary.needs_inspect == std::vector<std::string>{"listed"});
    CHECK(summary.verified_before == never);
    change_batch facts;
    facts.host = list.host;
    facts.facts = {
        .engine_id = "e", .engine_version = "26", .last_seen_at = noon + 5, .verified_at = noon};
    on.apply(facts);
    summary = on.apply(list);
    CHECK(summary.verified_before == noon / 1'000'000'000 * 1'000'000'000);
  });
}

TEST_CASE("a container's mounts become exactly those observed, and no other container's") {
  on_both([](testbed& on) {
    on.apply(
        batch_of(some_volumes(1, 3), {a_container("c1", {{"v1", "/a", true}, {"v2", "/b", true}}),
                                      a_container("c2", {{"v1", "/a", true}})}));
    const auto summary = on.apply(batch_of(
        {},
        {a_container("c1", {{"v1", "/a", false}, {"v1", "/again", true}, {"v3", "/b", true}})}));
    CHECK(words(summary.changes)
          == lines{"create mount c1 v1 at /again", "create mount c1 v3 at /b",
                   "remove mount c1 v2 at /b", "update mount c1 v1 at /a"});
    CHECK(on.rows("SELECT container_id, volume_id, mount_path, access_mode FROM volume_mounts "
                  "ORDER BY container_id, mount_path",
                  4)
          == std::vector<text_row>{{"c1", "v1", "/a", "ro"},
                                   {"c1", "v1", "/again", "rw"},
                                   {"c1", "v3", "/b", "rw"},
                                   {"c2", "v1", "/a", "rw"}});
    CHECK(words(on.apply(batch_of({}, {a_container("c2")})).changes)
          == lines{"remove mount c2 v1 at /a"});
  });
}

TEST_CASE("a mount is recorded before its volume is") {
  on_both([](testbed& on) {
    on.apply(batch_of({}, {a_container("c1", {{"not-yet-seen", "/data", true}})}));
    CHECK(on.value("SELECT count(*) FROM volume_mounts") == "1");
    CHECK(words(on.apply(batch_of({a_volume("not-yet-seen")})).changes)
          == lines{"create volume not-yet-seen"});
    CHECK(on.value("SELECT count(*) FROM volume_mounts") == "1");
  });
}

TEST_CASE("the facts about a daemon never move backwards and are not lost") {
  on_both([](testbed& on) {
    auto batch = batch_of({});
    const auto host = [&](const host_facts& facts) {
      batch.facts = facts;
      CHECK(on.apply(batch).changes.empty()); // a host is not counted as a row
      return on.contents().at(0);
    };
    CHECK(host({}) == "host | alpha |  |  |  | ");
    CHECK(host({"e", "26", noon, never})
          == "host | alpha | e | 26 | 2024-05-01T12:00:00.123456 | ");
    CHECK(host({"", "", noon + 1'000, noon})
          == "host | alpha | e | 26 | 2024-05-01T12:00:00.123457 | 2024-05-01T12:00:00.123456");
    CHECK(host({"f", "27", noon - 1'000, noon - 1'000})
          == "host | alpha | f | 27 | 2024-05-01T12:00:00.123457 | 2024-05-01T12:00:00.123456");
    CHECK(host({"ignored", "ignored", never, noon + 9'000})
          == "host | alpha | f | 27 | 2024-05-01T12:00:00.123457 | 2024-05-01T12:00:00.123456");
  });
}

TEST_CASE("times in the future, from a clock that was ahead, are replaced") {
  constexpr timestamp century = 100LL * 365 * 86'400 * 1'000'000'000;
  on_both([](testbed& on) {
    auto batch = batch_of({});
    const auto host = [&](const host_facts& facts) {
      batch.facts = facts;
      on.apply(batch);
      return on.contents().at(0);
    };
    host({"e", "26", noon + century / 2, noon + century / 2});
    CHECK(host({"e", "26", noon, noon - 1'000})
          == "host | alpha | e | 26 | 2024-05-01T12:00:00.123456 | 2024-05-01T12:00:00.123455");
    // Nothing has been proven by the new clock yet.
    host({"e", "26", noon, noon + century / 2});
    CHECK(host({"e", "26", noon + 1'000, never})
          == "host | alpha | e | 26 | 2024-05-01T12:00:00.123457 | ");
  });
}
