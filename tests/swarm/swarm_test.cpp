// A hub and many agents at once, over real connections: whatever happens to the hub, its rows
// become exactly what the agents' hosts have. bench/swarm does the same at its real size.

#include "tests/support/eventually.hpp"
#include "tests/support/postgres.hpp"
#include "tests/swarm/hub.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sys/resource.h>

using namespace volumeviz;
using namespace volumeviz::swarm;
using integration::database_kind;
using support::eventually;
using namespace std::chrono_literals;

namespace {

// 30 links of 3 systems; what changes, changes a tenth as fast as all that a small hub takes.
const shape small{.systems = 3, .links = 10, .volumes = 5, .containers = 5};
constexpr double changes_per_second = 150;

/// Waits until so many more changes are committed.
void changes(crowd& agents, std::size_t count) {
  std::size_t seen = 0;
  REQUIRE(
      eventually([&] { return (seen += agents.take().change_to_answer_ms.size()) >= count; }, 30s));
}

/// Waits until so many more batches could not be written.
void failures(crowd& agents, std::uint64_t count) {
  std::uint64_t seen = 0;
  REQUIRE(eventually([&] { return (seen += agents.take().failures) >= count; }, 30s));
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& x : lines)
    text += x + "\n";
  return text;
}

/// Fewer open files than a hub needs, for as long as this lives; who is started meanwhile has the
/// same limit, and may raise it.
class few_descriptors {
public:
  few_descriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto few = before_;
    few.rlim_cur = 300;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~few_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;
  rlim_t before() const { return before_.rlim_max; }

private:
  rlimit before_{};
};

/// How many files a process may have open, of the line "Max open files  SOFT  HARD  files".
rlim_t open_files_max(pid_t pid) {
  std::ifstream limits{"/proc/" + std::to_string(pid) + "/limits"};
  for (std::string line; std::getline(limits, line);)
    if (line.starts_with("Max open files"))
      return std::stoull(line.substr(sizeof "Max open files"));
  return 0;
}

void story(hub& at, crowd& agents) {
  agents.dial(); // before there is a hub: they find it when it comes
  at.start();
  REQUIRE(eventually([&] { return agents.all_listed() && agents.all_settled(); }, 30s));
  CHECK(joined(wrong_rows(at, agents)).empty());

  agents.change(changes_per_second);
  changes(agents, 200);
  at.kill();
  // What happens meanwhile waits with the agents.
  failures(agents, 10);
  agents.mark();
  at.start();
  REQUIRE(eventually([&] { return agents.all_back(); }, 30s));
  changes(agents, 200);
  agents.change(0);
  const auto exact = [&] { return agents.all_settled() && wrong_rows(at, agents).empty(); };
  if (!eventually(exact, 30s, 100ms))
    FAIL(joined(wrong_rows(at, agents)), at.program().log());

  agents.mark();
  at.stop();
  at.start();
  REQUIRE(eventually([&] { return agents.all_back(); }, 30s));
  CHECK(eventually(exact, 30s, 100ms));
}

} // namespace

TEST_CASE("the rows of thirty hosts are exact, though their hub was killed under load (SQLite)") {
  hub at{database_kind::sqlite};
  crowd agents{small, at.address()};
  story(at, agents);
}

TEST_CASE("the same with mutual TLS") {
  const support::authority ca;
  const auto own = ca.issue(support::hub_wish("IP:127.0.0.1"));
  hub at{database_kind::sqlite,
         {{"HUB_TLS_CERT", own.certificate}, {"HUB_TLS_KEY", own.key}, {"HUB_TLS_CA", ca.ca()}}};
  crowd agents{small, at.address(), &ca};
  story(at, agents);
}

TEST_CASE(
    "the rows of thirty hosts are exact, though their hub was killed under load (PostgreSQL)") {
  if (!support::postgres_can_run())
    return;
  hub at{database_kind::postgres};
  crowd agents{small, at.address()};
  story(at, agents);
}

TEST_CASE("a hub may have as many connections as the system lets it have at all") {
  hub at{database_kind::sqlite};
  const few_descriptors limit;
  at.start();
  CHECK(open_files_max(at.program().pid()) == limit.before());
}
