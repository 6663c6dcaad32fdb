// How long a change takes from its commit to the sockets of very many subscribers, and what they
// cost the process. The subscribers are in a process of their own.
//   build/bench/feed [subscribers] [commits] [sqlite|postgres]
#include "bench/feed_readers.hpp"
#include "http/server.hpp"
#include "persistence/history.hpp"
#include "persistence/store.hpp"
#include "tests/http/fakes.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace volumeviz;

namespace {

constexpr std::chrono::milliseconds pause_between_commits{50};

std::size_t resident_kib() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

double cpu_ms() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

change_batch volume_of(int i) {
  change_batch batch{.host = "a", .volumes = {}, .containers = {}, .facts = {}};
  volume x;
  x.name = std::to_string(i);
  x.driver = "local";
  for (int k = 0; k < 8; ++k)
    x.labels["com.example.label." + std::to_string(k)] = "a value of some length";
  batch.volumes.present.push_back(x);
  return batch;
}

void print_times(const char* what, std::vector<double> ms) {
  std::ranges::sort(ms);
  const auto quantile = [&](double q) {
    return ms.at(static_cast<std::size_t>(q * static_cast<double>(ms.size() - 1)));
  };
  std::printf("%s: p50 %.2f ms, p99 %.2f ms, max %.2f ms\n", what, quantile(0.5), quantile(0.99),
              ms.back());
}

/// The node's side: store, history and server in this process.
int measure(const std::string& url, bench::feed_readers& readers, int count, int commits) {
  const persistence::database where{.url = url};
  const auto store = std::move(*persistence::open_store(where));
  if (!store->apply({volume_of(0)}))
    return 1;
  const auto past = std::move(*persistence::open_history(where));
  fakes::node node;
  fakes::inventory rows;
  http::server_settings settings{.listen = {"127.0.0.1", 0}, .auth_token = {}};
  const auto bell = settings.feed.commits;
  const auto server = http::start(settings, node, {&rows, past.get()});
  const auto before = resident_kib();
  if (!server || !readers.subscribe((*server)->port(), commits))
    return 1;
  const auto connected = resident_kib();
  const auto busy = cpu_ms();
  std::vector<std::int64_t> committed{0};
  for (int i = 1; i <= commits; ++i) {
    if (!store->apply({volume_of(i)}))
      return 1;
    committed.push_back(bench::realtime_ns());
    bell->ring();
    std::this_thread::sleep_for(pause_between_commits);
  }
  const auto grown = resident_kib() - before;
  const auto used = (cpu_ms() - busy) / commits;
  std::vector<double> to_socket, to_reader;
  for (const auto& x : readers.arrivals()) {
    const auto since = committed.at(static_cast<std::size_t>(x.number));
    to_socket.push_back(static_cast<double>(x.arrived - since) / 1e6);
    to_reader.push_back(static_cast<double>(x.read - since) / 1e6);
  }
  if (to_socket.empty())
    return 1;
  std::printf("%d subscribers, %d commits, %zu events arrived\n", count, commits, to_socket.size());
  print_times("commit to the subscriber's socket", to_socket);
  print_times("commit to the subscriber's read", to_reader);
  std::printf("resident: %zu KiB without subscribers, +%zu KiB connected, +%zu KiB at the end\n",
              before, connected - before, grown);
  std::printf("processor time of the node's process: %.2f ms for each commit\n", used);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 500;
  const int commits = argc > 2 ? std::atoi(argv[2]) : 200;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  bench::feed_readers readers{count};
  const support::scratch_folder folder;
  std::optional<support::postgres> server;
  if (argc > 3 && std::string{argv[3]} == "postgres")
    server.emplace();
  return measure(server ? server->new_database() : "sqlite://" + (folder / "x.db"), readers, count,
                 commits);
}
