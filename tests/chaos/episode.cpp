#include "tests/chaos/episode.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/program.hpp"

#include <algorithm>
#include <vector>

namespace volumeviz::chaos {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::eventually;

namespace {

double since(clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(clock::now() - begin).count();
}

milliseconds length_of(arena& a, const fault& what, const measure& how) {
  if (how.brief)
    return std::min(what.longest, milliseconds{1000});
  if (what.longest == moment)
    return moment;
  const auto longest = static_cast<unsigned>(what.longest.count());
  return milliseconds{longest / 3 + a.dice() % (longest * 2 / 3 + 1)};
}

struct losses {
  double failed = 0, dropped = 0;
};

losses losses_of(arena& a) {
  const auto page = a.on.http().metrics();
  return {.failed = page.sum("volumeviz_events_docker_events_failed_total"),
          .dropped = page.sum("volumeviz_events_docker_events_dropped_total")};
}

std::string by_frequency(const std::map<std::string, int>& times) {
  std::vector<std::pair<int, std::string>> sorted;
  for (const auto& [status, n] : times)
    sorted.emplace_back(-n, status);
  std::ranges::sort(sorted);
  std::string result;
  for (const auto& [n, status] : sorted)
    result += (result.empty() ? "" : ", ") + status;
  return result;
}

/// Is what the node has written wrong by now? The workload is frozen, if the daemon lets it.
void look_at_rows(arena& a, const fault& what, const health_watch& health, episode& out) {
  const bool frozen = a.user.freeze(what.daemon_answers ? milliseconds{20'000} : milliseconds{100});
  if (!frozen || what.longest == moment || !what.rows_can_be_read || !what.daemon_answers)
    return;
  out.wrong = !a.on.disagreement(seconds{1}).empty();
  if (out.wrong)
    out.status_wrong = health.status();
}

/// Where the replayed history differs from the rows; empty when it does not.
std::string wrong_history(const arena& a) {
  const auto said = support::run_program(integration::program_path(), {"history", "verify"},
                                         {{"DATABASE_URL", a.on.database->url()}});
  return said.exit_code == 0 ? "" : said.output + said.errors;
}

/// What the end of a fault leaves behind.
void await_recovery(arena& a, health_watch& health, const measure& how, episode& out) {
  const auto ended = clock::now();
  // A daemon that was frozen finishes first what it was asked to do; that is part of the time.
  if (!a.user.freeze(seconds{60})) {
    out.trouble = "the daemon does not finish what it was asked to do";
    return;
  }
  const auto difference = a.on.disagreement(how.bound);
  if (!difference.empty()) {
    out.trouble = "rows are still wrong:\n" + difference;
    return;
  }
  out.exact = since(ended);
  if (!eventually([&] { return health.status() == "healthy"; }, how.bound, milliseconds{50})) {
    out.trouble = "health is not healthy again: " + health.status();
    return;
  }
  out.healthy = since(ended);
  // Nor may it have been right by chance, on its way to something else.
  if (const auto later = a.on.disagreement(seconds{1}); !later.empty())
    out.trouble = "rows were exact and are no more:\n" + later;
  else if (const auto wrong = wrong_history(a); !wrong.empty())
    out.trouble = "the history does not lead to the rows:\n" + wrong;
}

} // namespace

episode live_through(arena& a, const fault& what, health_watch& health, const measure& how) {
  episode out{.fault = what.name,
              .database = a.kind == database_kind::sqlite ? "SQLite" : "PostgreSQL"};
  a.user.go_on();
  std::this_thread::sleep_for(milliseconds{how.brief ? 200 : 500}); // changes on their way
  const auto before = losses_of(a);
  a.restarted();
  health.begin();
  const auto begun = clock::now();
  what.begin(a);
  std::this_thread::sleep_for(length_of(a, what, how));
  look_at_rows(a, what, health, out);
  const auto heard = health.heard();
  what.end(a);
  out.lasted = since(begun);
  await_recovery(a, health, how, out);
  out.noticed = heard.noticed_ms;
  out.staleness = std::max(heard.worst_staleness, health.heard().worst_staleness);
  out.statuses = by_frequency(heard.times);
  for (const auto& [status, reason] : heard.reason)
    out.reason = status + ": " + reason;
  if (!a.on.node().running())
    out.trouble += "the node has ended\n";
  const auto after = losses_of(a);
  const auto base = a.restarted() ? losses{} : before;
  out.failed = after.failed - base.failed;
  out.dropped = after.dropped - base.dropped;
  if (!out.trouble.empty()) {
    const auto log = a.on.node().log();
    out.trouble += "the node's last words:\n"
                   + log.substr(log.size() - std::min<std::size_t>(log.size(), 4000));
  }
  what.tidy(a);
  return out;
}

} // namespace volumeviz::chaos
