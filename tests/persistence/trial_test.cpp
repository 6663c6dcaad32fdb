// What `check` does to a database: all that the node will do, rolled back.

#include "persistence/trial.hpp"
#include "tests/persistence/testbed.hpp"

#include <filesystem>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

std::string why_not(const std::string& url) {
  const auto tried = try_to_write({url, std::chrono::milliseconds{1000}});
  return tried ? "works" : tried.error().text;
}

void check_says(const std::string& text, const std::string& part) {
  CHECK_MESSAGE(text.find(part) != std::string::npos, text);
}

/// The URL with another role in it.
std::string as_role(const std::string& url, const std::string& role) {
  const auto at = url.find("postgres:never-shown@");
  return url.substr(0, at) + role + url.substr(url.find('@'));
}

} // namespace

TEST_CASE("a trial leaves a working database unchanged, with and without a schema") {
  on_both([](testbed& on) {
    CHECK(why_not(on.url) == "works");
    if (on.sqlite())
      CHECK_FALSE(std::filesystem::exists(on.url.substr(9)));
    else
      CHECK(on.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0");
    on.apply(batch_of({a_volume("v1")}));
    const auto before = on.contents(true);
    CHECK(why_not(on.url) == "works");
    CHECK(on.contents(true) == before);
  });
}

TEST_CASE("a missing folder is created for the trial and removed") {
  const support::scratch_folder folder;
  CHECK(why_not("sqlite://" + (folder / "a/b/x.db")) == "works");
  CHECK_FALSE(std::filesystem::exists(folder / "a"));
}

TEST_CASE("another program's tables with our names are not taken for an empty database") {
  on_both([](testbed& on) {
    const auto at = *parse_url(on.url);
    session other{at, session::purpose::write, std::chrono::seconds{5}};
    other.script("CREATE TABLE volumes (x integer)");
    const auto text = why_not(on.url);
    check_says(text, "volumes");
    check_says(text, on.sqlite() ? "are not this program's" : "a database or a schema of its own");
  });
}

TEST_CASE("each permission that a PostgreSQL role may lack has its own cure") {
  if (!support::postgres_can_run())
    return;
  auto& server = support::shared_postgres();
  const auto url = server.new_database();
  server.sql(url, "DROP ROLE IF EXISTS poor; CREATE ROLE poor LOGIN; "
                  "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
  check_says(why_not(as_role(url, "poor")), "GRANT USAGE, CREATE ON SCHEMA public TO poor");
  check_says(why_not(url + "?options=-c%20search_path%3Dnowhere"), "CREATE SCHEMA");
  check_says(why_not(url + "?options=-c%20default_transaction_read_only%3Don"),
             "default_transaction_read_only");
  CHECK(migrate({url}));
  check_says(why_not(as_role(url, "poor")), "GRANT SELECT");
  server.sql(url, "DROP ROLE poor");
}

TEST_CASE("the error about another process's lock on an SQLite file names the file") {
  const support::scratch_folder folder;
  const auto file = folder / "x.db";
  testbed on{"sqlite://" + file, std::chrono::milliseconds{400}};
  on.apply(batch_of({a_volume("v1")}));
  session other{*parse_url(on.url), session::purpose::write, std::chrono::seconds{5}};
  other.begin();
  check_says(why_not(on.url), "another process holds a lock on " + file);
  const auto refused = on.writer->apply({batch_of({a_volume("v2")})});
  REQUIRE_FALSE(refused);
  check_says(refused.error().text, "another process holds a lock on " + file);
  other.rollback();
  CHECK(why_not(on.url) == "works");
}

TEST_CASE("an input or output error of SQLite says whether the disk is full") {
  const support::scratch_folder folder;
  check_says(sqlite_error(10, 4874, "disk I/O error", folder / "x.db").what(), "kernel's log");
  // Never has room.
  check_says(sqlite_error(10, 4874, "disk I/O error", "/proc/x.db").what(), "the disk is full");
}

TEST_CASE("a folder at the path of the SQLite file is reported as a folder") {
  const support::scratch_folder folder;
  std::filesystem::create_directory(folder / "x.db");
  check_says(why_not("sqlite://" + (folder / "x.db")), "is a folder, not a file");
}
