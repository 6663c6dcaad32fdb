// The command line: what each command prints and how it ends.
#include "tests/stage/stage.hpp"

#include <doctest/doctest.h>

#include <filesystem>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::seconds;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

finished run(const std::vector<std::string>& arguments, const variables& settings = {}) {
  return run_program(program_path(), arguments, settings);
}

/// Whether a line names the variable, and the value unless that is secret.
bool complains(const std::string& text, const std::string& variable, const std::string& value) {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    if (contains(line, variable) && contains(line, value))
      return true;
  return false;
}

void check_names_what_is_wrong(database_kind kind) {
  stage on{kind};
  auto settings = on.settings();
  settings["HTTP_LISTEN"] = "127.0.0.1:0"; // another test, or this machine, may use the default one
  const auto fine = run({"check"}, settings);
  CHECK_MESSAGE(fine.exit_code == 0, fine.output, fine.errors);

  const auto before = on.docker.volumes().size();
  settings["DOCKER_HOST"] = "unix:///nowhere/docker.sock";
  const auto no_docker = run({"check"}, settings);
  CHECK(no_docker.exit_code == 1);
  CHECK(contains(no_docker.output + no_docker.errors, "/nowhere/docker.sock"));
  CHECK(on.docker.volumes().size() == before);

  settings = on.settings();
  on.start_node(); // takes a port of its own; another process asks for the same
  settings["HTTP_LISTEN"] = "127.0.0.1:" + std::to_string(on.node().port());
  const auto taken = run({"check"}, settings);
  CHECK(taken.exit_code == 1);
  CHECK(contains(taken.output + taken.errors, settings["HTTP_LISTEN"]));
}

void reconcile_repairs_and_reports(database_kind kind) {
  stage on{kind};
  on.docker.create_volume("one", {{"a", "b"}});
  const auto id = on.docker.run({.name = "user", .mounts = {{"one", "/data"}}});
  const auto settings = on.settings();

  const auto would = run({"reconcile", "--dry-run"}, settings);
  CHECK_MESSAGE(would.exit_code == 3, would.output, would.errors);
  CHECK(contains(would.output, "+ volume one\n"));
  CHECK(contains(would.output, "rows that differ: 3 added, 0 changed, 0 removed\n"));
  const auto did = run({"reconcile"}, settings);
  CHECK_MESSAGE(did.exit_code == 0, did.output, did.errors);
  CHECK(contains(did.output, "+ volume one\n"));
  CHECK(contains(did.output, "rows repaired: 3 added, 0 changed, 0 removed\nin sync\n"));
  CHECK(on.disagreement(seconds{0}) == "");

  const auto nothing = run({"reconcile", "--dry-run"}, settings);
  CHECK_MESSAGE(nothing.exit_code == 0, nothing.output, nothing.errors);
  on.docker.remove(id);
  on.docker.remove_volume("one");
  on.docker.create_volume("two");
  const auto again = run({"reconcile", "--dry-run"}, settings);
  CHECK(again.exit_code == 3);
  CHECK(on.disagreement(seconds{0}) != ""); // a dry run changes nothing
  CHECK(run({"reconcile"}, settings).exit_code == 0);
  CHECK(on.disagreement(seconds{0}) == "");

  auto away = settings;
  away["DOCKER_HOST"] = "unix:///nowhere/docker.sock";
  const auto failed = run({"reconcile"}, away);
  CHECK(failed.exit_code == 1);
  CHECK(contains(failed.errors + failed.output, "/nowhere/docker.sock"));
  CHECK(on.disagreement(seconds{0}) == ""); // a daemon that can't be asked deletes nothing
}

void migrate_is_repeatable(database_kind kind) {
  stage on{kind};
  const auto first = run({"migrate"}, on.settings());
  CHECK_MESSAGE(first.exit_code == 0, first.output, first.errors);
  CHECK(on.records.number("SELECT count(*) FROM volumes") == 0);
  CHECK(run({"migrate"}, on.settings()).exit_code == 0);
  on.start_node();
  CHECK(on.disagreement() == "");
}

} // namespace

ON_BOTH_DATABASES("check says what is wrong and changes nothing", check_names_what_is_wrong)
ON_BOTH_DATABASES("reconcile repairs the rows, and a dry run only lists the differences",
                  reconcile_repairs_and_reports)
ON_BOTH_DATABASES("migrate creates the schema, and does nothing the second time",
                  migrate_is_repeatable)

TEST_CASE("--help lists every setting, and --version prints the version") {
  const auto help = run({"--help"});
  CHECK(help.exit_code == 0);
  for (const char* word : {"serve",
                           "check",
                           "reconcile",
                           "migrate",
                           "EVENTS_ENABLED",
                           "EVENTS_QUEUE_SIZE",
                           "EVENTS_BACKOFF_MIN_DURATION",
                           "EVENTS_BACKOFF_MAX_DURATION",
                           "EVENTS_RECONCILE_INTERVAL",
                           "EVENTS_IDLE_DEGRADED_AFTER",
                           "DOCKER_HOST",
                           "DOCKER_TLS_VERIFY",
                           "DOCKER_CERT_PATH",
                           "DATABASE_URL",
                           "HTTP_LISTEN",
                           "HTTP_AUTH_TOKEN",
                           "LOG_LEVEL",
                           "LOG_FORMAT",
                           "ACTOR_STATS_INTERVAL",
                           "NODE_NAME",
                           "NODE_ROLE",
                           "HUB_LISTEN",
                           "HUB_ADDRESS",
                           "HUB_TLS_CERT",
                           "HUB_TLS_KEY",
                           "HUB_TLS_CA",
                           "HUB_INSECURE"})
    CHECK_MESSAGE(contains(help.output, word), word);
  for (const char* command : {"serve", "check", "reconcile", "migrate"})
    CHECK_MESSAGE(run({command, "--help"}).exit_code == 0, command);
  const auto version = run({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.output.find_first_of("0123456789") != std::string::npos);
}

TEST_CASE("a wrong command line ends with 2") {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"frobnicate"}, {"--frobnicate"}, {"serve", "extra"}, {"check", "--dry-run"}}) {
    const auto wrong = run(arguments);
    CHECK_MESSAGE(wrong.exit_code == 2, arguments[0]);
    CHECK(!wrong.errors.empty());
  }
}

TEST_CASE("wrong settings are all reported at once, and nothing is started") {
  const scratch_folder folder;
  const variables wrong{
      {"EVENTS_ENABLED", "maybe"},
      {"EVENTS_QUEUE_SIZE", "0"},
      {"EVENTS_BACKOFF_MIN_DURATION", "1 parsec"},
      {"EVENTS_RECONCILE_INTERVAL", "-5m"},
      {"DOCKER_HOST", "ftp://x"},
      {"HTTP_LISTEN", "nowhere"},
      {"LOG_LEVEL", "loud"},
      {"LOG_FORMAT", "xml"},
      {"NODE_NAME", "no spaces"},
      {"NODE_ROLE", "king"},
      {"EVENTS_TYPO", "1"},
  };
  for (const char* command : {"serve", "check", "reconcile", "migrate"}) {
    auto settings = wrong;
    settings["DATABASE_URL"] = "sqlite://" + (folder / "never.db");
    const auto refused = run({command}, settings);
    CHECK_MESSAGE(refused.exit_code == 78, command);
    for (const auto& [name, value] : wrong)
      CHECK_MESSAGE(complains(refused.errors, name, value), name, " in ", refused.errors);
    CHECK_FALSE(std::filesystem::exists(folder / "never.db"));
  }
  const auto secret =
      run({"serve"}, {{"DATABASE_URL", "mysql://user:hunter2@db/x"}, {"HTTP_AUTH_TOKEN", "a b\n"}});
  CHECK(secret.exit_code == 78);
  CHECK(contains(secret.errors, "DATABASE_URL"));
  CHECK_FALSE(contains(secret.errors, "hunter2"));
  const auto order = run(
      {"serve"}, {{"EVENTS_BACKOFF_MIN_DURATION", "10s"}, {"EVENTS_BACKOFF_MAX_DURATION", "1s"}});
  CHECK(order.exit_code == 78);
  CHECK(complains(order.errors, "EVENTS_BACKOFF_MAX_DURATION", "1s"));
}

TEST_CASE("a variable that is set and empty counts as not set") {
  const scratch_folder folder;
  const auto fine = run({"migrate"}, {{"EVENTS_QUEUE_SIZE", ""},
                                      {"LOG_LEVEL", ""},
                                      {"DOCKER_HOST", ""},
                                      {"DATABASE_URL", "sqlite://" + (folder / "x.db")}});
  CHECK_MESSAGE(fine.exit_code == 0, fine.errors);
}

TEST_CASE("a port in use ends the node at once with a clear error") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node();
  auto settings = on.settings();
  settings["HTTP_LISTEN"] = "127.0.0.1:" + std::to_string(on.node().port());
  settings["DATABASE_URL"] = on.database->url() + "2";
  const auto second = run({"serve"}, settings);
  CHECK(second.exit_code == 1);
  CHECK(contains(second.errors, settings["HTTP_LISTEN"]));
  CHECK(contains(second.errors, "in use"));
}
