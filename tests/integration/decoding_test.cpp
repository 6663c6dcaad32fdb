// The history of a real PostgreSQL, as its logical decoding passes it on.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/postgres_programs.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <sstream>
#include <string>
#include <vector>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::seconds;

namespace {

const std::string other_host = "stage-2";

std::string receiver_program() {
  return find_program(postgres_program("pg_recvlogical"));
}

/// Call it when the servers can run.
std::string no_decoding_because(stage& on) {
  if (receiver_program().empty())
    return "pg_recvlogical is not installed (Debian: apt install postgresql-client)";
  try {
    on.records.execute("LOAD 'test_decoding'");
    return {};
  } catch (const std::exception& e) {
    return std::string{"PostgreSQL has no test_decoding (Debian: apt install postgresql): "}
           + e.what();
  }
}

/// pg_recvlogical on a slot of its own, as docs/database.md shows it.
class receiver {
public:
  explicit receiver(const std::string& url) : url_{url} {
    run_to_end(call({"--create-slot", "--plugin", "test_decoding"}));
    process_.emplace(call({"--start", "-f", "-"}));
  }

  /// The ids of the changes of a host that were inserted, in the order of their arrival.
  std::string inserted(const std::string& host) const {
    const std::string begin = "table public.changes: INSERT: id[bigint]:";
    auto text = file_text(folder_ / "out");
    text.resize(text.rfind('\n') + 1); // the last line may still be on its way
    std::istringstream lines{text};
    std::string ids;
    for (std::string line; std::getline(lines, line);)
      if (const auto end = line.find(' ', begin.size());
          line.starts_with(begin) && line.find(" host[text]:'" + host + "' ", end) == end)
        ids += (ids.empty() ? "" : " ") + line.substr(begin.size(), end - begin.size());
    return ids;
  }

  bool running() { return process_->running(); }
  std::string errors() const { return file_text(folder_ / "err"); }

  std::optional<int> end() {
    process_->signal(SIGINT);
    const auto code = process_->wait(seconds{10});
    run_to_end(call({"--drop-slot"}));
    return code;
  }

private:
  command call(std::vector<std::string> what) const {
    what.insert(what.begin(), {receiver_program(), "-d", url_, "--slot", "changes"});
    return {.arguments = std::move(what),
            .environment = minimal_environment(),
            .output = folder_ / "out",
            .errors = folder_ / "err"};
  }

  scratch_folder folder_;
  std::string url_;
  std::optional<process> process_;
};

std::string recorded_ids(stage& on, const std::string& host) {
  return on.records.text("SELECT string_agg(CAST(id AS text), ' ' ORDER BY id) FROM changes "
                         "WHERE host = '"
                         + host + "'");
}

/// Volumes and containers that come, change and go.
void some_life(stage& on, const std::string& round) {
  for (int i = 0; i < 15; ++i)
    on.docker.create_volume(round + "-" + std::to_string(i));
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    const auto number = std::to_string(i);
    ids.push_back(on.docker.run({.name = round + "-web-" + number,
                                 .command = polite_command(),
                                 .mounts = {{round + "-" + number, "/data"}}}));
  }
  on.docker.rename(ids[0], round + "-renamed");
  on.docker.stop(ids[1]);
  on.docker.remove(ids[2]);
  for (int i = 2; i < 15; ++i)
    on.docker.remove_volume(round + "-" + std::to_string(i));
}

/// Both nodes read the same daemon.
bool both_are_exact(stage& on) {
  const auto wanted = rows_that_should_be(on.docker);
  return differences(on.rows(), wanted).empty()
         && differences(on.records.rows(other_host), wanted).empty();
}

} // namespace

TEST_CASE("logical decoding sees each change of two nodes once, also after one was killed") {
  if (!servers_can_run(database_kind::postgres))
    return;
  stage on{database_kind::postgres, false, {"wal_level=logical"}};
  if (!server_can_run(no_decoding_because(on)))
    return;
  receiver decoded{on.database->url()};
  on.start_node();
  auto settings = on.settings();
  settings["NODE_NAME"] = other_host;
  program other{program_path(), settings};

  some_life(on, "before");
  on.node().signal(SIGKILL);
  REQUIRE(on.node().wait(seconds{5}) == 128 + SIGKILL);
  some_life(on, "meanwhile");
  on.start_node();
  some_life(on, "after");
  REQUIRE(eventually([&] { return both_are_exact(on); }, seconds{20}));
  on.settle();

  for (const std::string host : {stage::host, other_host.c_str()}) {
    CAPTURE(host);
    // At least what is left of each of the three rounds: two volumes, containers and mounts.
    CHECK(on.records.number("SELECT count(*) FROM changes WHERE host = '" + host + "'") >= 18);
    std::string arrived, recorded;
    eventually([&] {
      recorded = recorded_ids(on, host);
      arrived = decoded.inserted(host);
      return arrived == recorded;
    });
    CHECK(arrived == recorded);
  }
  INFO(decoded.errors());
  CHECK(decoded.running());
  CHECK(decoded.end() == 0);
  CHECK(on.records.number("SELECT count(*) FROM pg_replication_slots") == 0);
}
