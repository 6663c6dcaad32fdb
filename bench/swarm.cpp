// swarm [LINKS [SYSTEMS [SECONDS [postgres|sqlite|both [tls]]]]]: a hub and the links of many
// agents, over real connections. How long until all are admitted and written; what a steady stream
// of changes costs; how long a killed hub takes to recover; how many changes it can take. Fails
// when the rows are not exact.
#include "bench/swarm_floor.hpp"
#include "bench/swarm_span.hpp"
#include "tests/support/eventually.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
#include <optional>
#include <string_view>

namespace volumeviz::bench {

namespace {

using namespace std::chrono_literals;
using support::eventually;

constexpr auto patience = 120s;
constexpr auto outage = 5s;
constexpr auto step = 10s;
constexpr double bearable_ms = 1000; ///< the ramp ends at the first step with a higher p99

struct plan {
  swarm::shape what;
  int seconds = 60;
  bool tls = false;
  std::size_t links() const { return what.systems * what.links; }
};

/// The highest number within one second.
std::size_t peak(std::vector<clock::time_point> moments) {
  std::ranges::sort(moments);
  std::deque<clock::time_point> window;
  std::size_t most = 0;
  for (auto x : moments) {
    window.push_back(x);
    while (x - window.front() > 1s)
      window.pop_front();
    most = std::max(most, window.size());
  }
  return most;
}

template <class Condition>
double seconds_until(clock::time_point begin, const char* what, Condition&& condition) {
  if (!eventually(condition, patience, 2ms))
    throw std::runtime_error{std::string{"after two minutes not "} + what};
  return since(begin) / 1000;
}

void must_be_exact(swarm::hub& at, swarm::crowd& agents, const char* when) {
  const auto wrong = swarm::wrong_rows(at, agents);
  for (const auto& x : wrong)
    std::fprintf(stderr, "%s\n", x.c_str());
  if (!wrong.empty())
    throw std::runtime_error{std::string{"the rows are wrong "} + when};
  std::printf("  rows of all hosts are exact %s\n", when);
}

void settle(swarm::crowd& agents) {
  agents.change(0);
  seconds_until(clock::now(), "settled", [&] { return agents.all_settled(); });
}

/// (a) An empty database, and all agents connect at once.
void arrive(swarm::hub& at, swarm::crowd& agents) {
  const auto begin = clock::now();
  agents.connect();
  const auto in = seconds_until(begin, "all in", [&] { return agents.all_back(); });
  const auto written = seconds_until(begin, "all written",
                                     [&] { return agents.all_listed() && agents.all_settled(); });
  const auto seen = agents.take();
  std::printf(
      "  arrival: all admitted after %.2f s (at most %zu in a second), all snapshots committed "
      "after %.2f s, %llu resources, %llu batches refused or lost\n",
      in, peak(seen.admitted), written, static_cast<unsigned long long>(seen.fetches),
      static_cast<unsigned long long>(seen.failures));
  must_be_exact(at, agents, "after the arrival");
}

void print_head() {
  std::printf("  %-10s %8s %8s %8s %7s %7s %7s %8s %8s %8s %7s %6s %7s %7s %8s\n", "offered/s",
              "changes", "resrc/s", "batch/s", "trans/s", "group", "writing", "p50 ms", "p99 ms",
              "max ms", "hub CPU", "RSS MB", "db CPU", "agents", "failed/s");
}

void print_span(double offered, const span_numbers& x) {
  std::printf("  %-10.0f %8.0f %8.0f %8.0f %7.1f %7.1f %6.0f%% %8.1f %8.1f %8.1f %6.0f%% %6.1f "
              "%6.0f%% %6.0f%% %8.1f\n",
              offered, x.changes, x.resources, x.batches, x.transactions, x.group, x.writing * 100,
              x.change_to_answer.quantile(0.5), x.change_to_answer.quantile(0.99),
              x.change_to_answer.quantile(1), x.hub_cpu * 100, x.hub_rss_mb, x.database_cpu * 100,
              x.agents_cpu * 100, x.failures);
}

span_numbers run(swarm::hub& at, swarm::crowd& agents, double rate, std::chrono::seconds how_long) {
  agents.change(rate);
  std::this_thread::sleep_for(2s); // until it is steady
  span measured{at, agents};
  std::this_thread::sleep_for(how_long);
  auto numbers = measured.end();
  print_span(rate, numbers);
  return numbers;
}

/// (b) One change a second of every host.
void steady(swarm::hub& at, swarm::crowd& agents, const plan& by) {
  print_head();
  run(at, agents, 0, std::chrono::seconds{std::min(by.seconds, 20)});
  const auto x = run(at, agents, static_cast<double>(by.links()), std::chrono::seconds{by.seconds});
  std::printf("  an agent's link: %.3f %% of a core; reconnected: %zu\n",
              x.agents_cpu * 100 / static_cast<double>(by.links()), x.reconnects);
  settle(agents);
  must_be_exact(at, agents, "after the steady stream");
}

/// (c) The hub is killed during changes, and started again.
void recover(swarm::hub& at, swarm::crowd& agents, const plan& by) {
  agents.change(static_cast<double>(by.links()));
  std::this_thread::sleep_for(2s);
  agents.mark();
  at.kill();
  std::this_thread::sleep_for(outage);
  agents.take();
  const auto begin = clock::now();
  at.start();
  const auto open = since(begin) / 1000;
  agents.change(0);
  const auto in = seconds_until(begin, "all back", [&] { return agents.all_back(); });
  const auto exact = seconds_until(begin, "settled", [&] { return agents.all_settled(); });
  const auto seen = agents.take();
  std::printf("  hub killed, started again after %lld s: it listens after %.2f s, all are "
              "back after %.2f s (at most %zu in a second), all is committed after %.2f s\n",
              static_cast<long long>(outage.count()), open, in, peak(seen.admitted), exact);
  must_be_exact(at, agents, "after the kill");
}

/// (d) More and more changes until the limit; then the limit of the database alone.
void ceiling(swarm::hub& at, swarm::crowd& agents, const plan& by) {
  print_head();
  span_numbers most;
  for (double rate = 2 * static_cast<double>(by.links());; rate *= 1.5) {
    const auto x = run(at, agents, rate, step);
    const auto bearable = x.change_to_answer.quantile(0.99) <= bearable_ms;
    if (bearable || most.changes == 0)
      most = x;
    if (!bearable || x.changes < rate * 0.5)
      break;
  }
  settle(agents);
  must_be_exact(at, agents, "after too many changes");
  at.stop();
  const auto group = static_cast<std::size_t>(std::max(1.0, std::round(most.group)));
  const auto resources =
      static_cast<std::size_t>(std::max(1.0, std::round(most.resources / most.batches)));
  const auto least = store_floor(at.database_url(), by.what, group, resources, step);
  std::printf("  most: %.0f changes/s, %.0f resources/s; the store alone, %zu batches of %zu a "
              "transaction: %.0f resources/s in %.0f transactions/s\n",
              most.changes, most.resources, group, resources, least.resources, least.transactions);
}

void measure(database_kind kind, const plan& by) {
  std::printf("%s\n", to_string(kind));
  std::optional<support::authority> ca;
  support::variables files;
  if (by.tls) {
    const auto made = ca.emplace().issue(support::hub_wish("IP:127.0.0.1"));
    files = {
        {"HUB_TLS_CERT", made.certificate}, {"HUB_TLS_KEY", made.key}, {"HUB_TLS_CA", ca->ca()}};
  }
  swarm::hub at{kind, files};
  swarm::crowd agents{by.what, at.address(), ca ? &*ca : nullptr};
  at.start();
  arrive(at, agents);
  steady(at, agents, by);
  recover(at, agents, by);
  ceiling(at, agents, by);
}

} // namespace

} // namespace volumeviz::bench

int main(int argc, char** argv) {
  using namespace volumeviz::bench;
  return run_benchmark(
      [&] {
        const int links = number_argument(argc, argv, 1, 1000);
        const int systems = std::min(links, number_argument(argc, argv, 2, 100));
        plan by;
        by.what.systems = static_cast<std::size_t>(systems);
        by.what.links = static_cast<std::size_t>(links / systems);
        by.seconds = number_argument(argc, argv, 3, 60);
        by.tls = argc > 5 && std::string_view{argv[5]} == "tls";
        std::printf("%zu links in %zu systems (a connection each%s), %zu volumes and %zu "
                    "containers a host\n",
                    by.links(), by.what.systems, by.tls ? ", mutual TLS" : "", by.what.volumes,
                    by.what.containers);
        const std::string_view wanted = argc > 4 ? argv[4] : "both";
        for (auto kind : both_databases)
          if (wanted == "both" || (kind == database_kind::postgres) == (wanted == "postgres"))
            measure(kind, by);
      },
      false);
}
