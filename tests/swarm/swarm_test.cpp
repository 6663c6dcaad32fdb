// A hub and many agents over real connections: after any fault of the hub, its rows become exactly
// the state of the agents' hosts. bench/swarm does the same with a thousand agents.

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

// 30 links of 3 systems, with a tenth of the changes that a small hub can write.
const shape small{.systems = 3, .links = 10, .volumes = 5, .containers = 5};
constexpr double changes_per_second = 150;

/// Waits for so many more committed changes.
void changes(crowd& agents, std::size_t count) {
  std::size_t seen = 0;
  REQUIRE(
      eventually([&] { return (seen += agents.take().change_to_answer_ms.size()) >= count; }, 30s));
}

/// Waits for so many more failed batches.
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

/// While this object lives, allows fewer open files than a hub needs. Processes that start
/// meanwhile inherit the limit, and may raise it.
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

/// A process's limit of open files, from the line "Max open files  SOFT  HARD  files".
rlim_t open_files_max(pid_t pid) {
  std::ifstream limits{"/proc/" + std::to_string(pid) + "/limits"};
  for (std::string line; std::getline(limits, line);)
    if (line.starts_with("Max open files"))
      return std::stoull(line.substr(sizeof "Max open files"));
  return 0;
}

void story(hub& at, crowd& agents) {
  agents.connect(); // before there is a hub
  at.start();
  REQUIRE(eventually([&] { return agents.all_listed() && agents.all_settled(); }, 30s));
  CHECK(joined(wrong_rows(at, agents)).empty());

  agents.change(changes_per_second);
  changes(agents, 200);
  at.kill();
  // The agents keep the changes of this time.
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

TEST_CASE("rows of thirty hosts are exact after their hub was killed under load (SQLite)") {
  hub at{database_kind::sqlite};
  crowd agents{small, at.address()};
  story(at, agents);
}

TEST_CASE("rows of thirty hosts are exact after their hub was killed under load (mutual TLS)") {
  const support::authority ca;
  const auto own = ca.issue(support::hub_wish("IP:127.0.0.1"));
  hub at{database_kind::sqlite,
         {{"HUB_TLS_CERT", own.certificate}, {"HUB_TLS_KEY", own.key}, {"HUB_TLS_CA", ca.ca()}}};
  crowd agents{small, at.address(), &ca};
  story(at, agents);
}

TEST_CASE("rows of thirty hosts are exact after their hub was killed under load (PostgreSQL)") {
  if (!support::postgres_can_run())
    return;
  hub at{database_kind::postgres};
  crowd agents{small, at.address()};
  story(at, agents);
}

TEST_CASE("a hub raises its limit of open files to the system's") {
  hub at{database_kind::sqlite};
  const few_descriptors limit;
  at.start();
  CHECK(open_files_max(at.program().pid()) == limit.before());
}
