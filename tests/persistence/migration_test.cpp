#include "persistence/schema.hpp"
#include "tests/persistence/testbed.hpp"

#include <atomic>
#include <fstream>
#include <mutex>
#include <sys/stat.h>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr const char* change_checksum =
    "UPDATE schema_migrations SET checksum = 'edited' WHERE version = 1";
constexpr const char* add_future_step = "INSERT INTO schema_migrations (version, name, checksum, "
                                        "applied_at) VALUES (99, 'future', 'x', '2030-01-01')";

} // namespace

TEST_CASE("the steps are numbered from 1 on, the same on both databases") {
  const auto sqlite = sqlite_migrations(), postgresql = postgresql_migrations();
  REQUIRE(sqlite.size() == postgresql.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    CHECK(sqlite[i].version == static_cast<int>(i) + 1);
    CHECK(postgresql[i].version == sqlite[i].version);
    CHECK(std::string{postgresql[i].name} == sqlite[i].name);
  }
}

// Databases that have a step are refused when its text differs. A change of a trigger, or a column
// more in history_columns.cpp, is a new step.
TEST_CASE("the text of a released step has not changed") {
  on_both([](testbed& on) {
    REQUIRE(migrate({on.url}));
    const auto checksum = [&](int version) {
      return on.value("SELECT checksum FROM schema_migrations WHERE version = "
                      + std::to_string(version));
    };
    CHECK(checksum(1) == (on.sqlite() ? "f4878dc275ddb7dd" : "0d639ce97156a003"));
    CHECK(checksum(2) == (on.sqlite() ? "074e495a9324599d" : "51801c546af270af"));
  });
}

TEST_CASE("migrating twice applies the steps once") {
  on_both([](testbed& on) {
    const auto first = migrate({on.url});
    REQUIRE(first);
    CHECK(first->from == 0);
    CHECK(first->to == program_schema_version());
    const auto second = migrate({on.url});
    CHECK(second->from == program_schema_version());
    CHECK(on.value("SELECT count(*) FROM schema_migrations")
          == std::to_string(program_schema_version()));
  });
}

TEST_CASE("of many processes that migrate at once, one applies the steps and the others find them "
          "applied") {
  on_both([](testbed& on) {
    std::atomic<int> made = 0, found = 0;
    std::mutex mutex;
    std::string complaints;
    {
      std::vector<std::jthread> starters;
      for (int i = 0; i < 8; ++i)
        starters.emplace_back([&] {
          const auto report = migrate({on.url, std::chrono::seconds{20}});
          const std::scoped_lock lock{mutex};
          if (!report)
            complaints += report.error().text + '\n';
          else
            ++(report->from == 0 ? made : found);
        });
    }
    CHECK(complaints == "");
    CHECK(made == 1);
    CHECK(found == 7);
  });
}

TEST_CASE("a schema newer than the program's is refused and not changed") {
  on_both([](testbed& on) {
    on.apply(batch_of({a_volume("v1")}));
    on.run(add_future_step);
    const auto refused = [](const auto& answer) {
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code == ec::store_schema);
      const auto& text = answer.error().text;
      INFO(text);
      CHECK(text.find("99") != std::string::npos);
      CHECK(text.find("up to " + std::to_string(program_schema_version())) != std::string::npos);
      CHECK(text.find("run the newer program") != std::string::npos);
    };
    testbed later{on.url};
    refused(migrate({on.url}));
    refused(later.writer->apply({batch_of({a_volume("v2")})}));
    refused(later.writer->ping());
    refused(later.writer->preview({batch_of({a_volume("v2")})}));
    refused(later.reader->volumes({}));
    refused(later.reader->check());
    CHECK(on.value("SELECT count(*) FROM volumes") == "1");
  });
}

TEST_CASE("an applied step that differs from the program's is refused") {
  on_both([](testbed& on) {
    on.apply(batch_of({}));
    on.run(change_checksum);
    const auto answer = migrate({on.url});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ec::store_schema);
    CHECK(answer.error().text.find("schema step 1") != std::string::npos);
  });
}

TEST_CASE("another program's database is not changed") {
  on_both([](testbed& on) {
    if (on.sqlite())
      std::ofstream{parse_url(on.url)->path}.flush(); // an empty file is an empty database
    on.run("CREATE TABLE schema_migrations (version bigint, dirty boolean)");
    const auto answer = on.writer->apply({batch_of({a_volume("v1")})});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ec::store_schema);
    CHECK(answer.error().text.find("another program's") != std::string::npos);
  });
}

TEST_CASE("a dropped table is reported as a wrong schema") {
  on_both([](testbed& on) {
    on.apply(batch_of({a_volume("v1")}));
    on.run(on.sqlite() ? "DROP TABLE volume_mounts" : "DROP TABLE volume_mounts CASCADE");
    const auto answer = on.writer->apply({batch_of({}, {a_container("c1", {{"v1", "/a", true}})})});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ec::store_schema);
    CHECK_FALSE(on.reader->mounts({}));
  });
}

TEST_CASE("a preview without a schema shows everything as new and creates no schema") {
  on_both([](testbed& on) {
    auto list = list_of(some_volumes(1, 12));
    list.containers.present = {a_container("c1", {{"v1", "/a", true}})};
    CHECK(on.preview(list).changes.size() == 14);
    if (on.sqlite())
      CHECK_FALSE(std::filesystem::exists(parse_url(on.url)->path));
    else
      CHECK(on.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0");
  });
}

TEST_CASE("a preview reports what an apply would do, and does not do it") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 3), {a_container("c1", {{"v1", "/a", true}})}));
    const auto before = on.contents(true);
    auto next = list_of(some_volumes(2, 4));
    next.volumes.present[0].driver = "nfs";
    next.facts = {"e", "26", noon, noon};
    const auto would = on.preview(next).changes;
    CHECK(words(would)
          == lines{"create volume v4", "remove mount c1 v1 at /a", "remove volume v1",
                   "update volume v2"});
    CHECK(on.contents(true) == before);
    CHECK(on.apply(next).changes == would);
  });
}

TEST_CASE("the folder of an SQLite file is created, for its owner and group only") {
  const support::scratch_folder folder;
  testbed on{"sqlite://" + (folder / "a/b c/inventory.db")};
  on.apply(batch_of({a_volume("v1")}));
  CHECK(on.value("SELECT volume_id FROM volumes") == "v1");
  struct stat found {};
  REQUIRE(::stat((folder / "a/b c").c_str(), &found) == 0);
  CHECK((found.st_mode & 07) == 0);
}

TEST_CASE("readers and the writer can use an SQLite file at the same time") {
  const support::scratch_folder folder;
  testbed on{"sqlite://" + (folder / "inventory.db")};
  on.apply(batch_of({}));
  CHECK(on.value("SELECT journal_mode FROM pragma_journal_mode") == "wal");
}
