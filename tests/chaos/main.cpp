// The whole system under faults, one after another at random; see usage() and docs/reliability.md.
#define DOCTEST_CONFIG_IMPLEMENT // the tests' support library reports through doctest
#include "tests/chaos/report.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>

namespace volumeviz::chaos {

namespace {

constexpr const char* usage =
    R"(chaos [OPTION...]: real faults under a random workload; every recovery is measured.
  --database postgres|sqlite   default postgres
  --seed N                     what happens when; default: a new one, which is printed
  --minutes N                  for how long; default 1
  --each N                     instead: every fault N times
  --fault TEXT                 only faults whose name has this text
  --brief                      faults of a second; else up to 20 s, so that health can notice
  --backoff-max DURATION       the node's longest wait before a reconnect; default its own
  --bound SECONDS              how long a recovery may take; default 15
  --append FILE                a line for every fault goes there, too
  --summary FILE               runs nothing: the table of such a file
  --list                       runs nothing: the names of the faults
)";

const auto started = clock::now();

/// Asked to end by a signal: after the fault under way, so that nothing is left behind.
volatile std::sig_atomic_t asked_to_end = 0;

struct options {
  database_kind database = database_kind::postgres;
  std::uint64_t seed = std::random_device{}();
  double minutes = 1;
  int each = 0;
  std::string only, append, summary, backoff_max;
  bool list = false;
  measure how;
};

bool read_options(int argc, char** argv, options& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&] { return std::string{i + 1 < argc ? argv[++i] : ""}; };
    if (name == "--database")
      out.database = value() == "sqlite" ? database_kind::sqlite : database_kind::postgres;
    else if (name == "--seed")
      out.seed = std::strtoull(value().c_str(), nullptr, 10);
    else if (name == "--minutes")
      out.minutes = std::strtod(value().c_str(), nullptr);
    else if (name == "--each")
      out.each = std::atoi(value().c_str());
    else if (name == "--fault")
      out.only = value();
    else if (name == "--brief")
      out.how.brief = true;
    else if (name == "--backoff-max")
      out.backoff_max = value();
    else if (name == "--bound")
      out.how.bound = std::chrono::seconds{std::atoi(value().c_str())};
    else if (name == "--append")
      out.append = value();
    else if (name == "--summary")
      out.summary = value();
    else if (name == "--list")
      out.list = true;
    else
      return false;
  }
  return true;
}

faults chosen(const options& with) {
  auto result = all_faults(with.database);
  std::erase_if(result,
                [&](const fault& x) { return x.name.find(with.only) == std::string::npos; });
  return result;
}

void print(const episode& x) {
  std::printf("%6.1f s  ", std::chrono::duration<double>(clock::now() - started).count());
  std::printf("%-58s %5.1f s long; exact after %6.0f ms, healthy after %6.0f ms; health: %s%s\n",
              x.fault.c_str(), x.lasted / 1000, x.exact, x.healthy, x.statuses.c_str(),
              x.wrong && x.status_wrong == "healthy" ? " (while rows were wrong)" : "");
  if (!x.trouble.empty())
    std::printf("NOT RECOVERED: %s\n", x.trouble.c_str());
}

std::vector<episode> run(const options& with) {
  const auto all = chosen(with);
  std::printf("seed %llu, %zu kinds of faults\n", static_cast<unsigned long long>(with.seed),
              all.size());
  arena a{with.database, with.seed, with.backoff_max};
  health_watch health{[&a] { return a.port(); }};
  const auto end = clock::now()
                   + std::chrono::duration_cast<clock::duration>(
                       std::chrono::duration<double>{with.minutes * 60});
  std::vector<episode> lived;
  std::ofstream file{with.append, std::ios::app};
  const auto enough = [&](int round) {
    return asked_to_end || (with.each > 0 ? round >= with.each : clock::now() >= end);
  };
  for (int round = 0; !enough(round) && !all.empty(); ++round) {
    auto deck = all;
    std::ranges::shuffle(deck, a.dice);
    for (const auto& next : deck) {
      if (enough(round))
        break;
      lived.push_back(live_through(a, next, health, with.how));
      print(lived.back());
      file << to_line(lived.back()) << std::endl;
      if (!lived.back().trouble.empty())
        a.start_node(); // the next fault shall find a node that works
    }
  }
  return lived;
}

int summarise(const std::string& path) {
  std::ifstream file{path};
  std::vector<episode> lived;
  for (std::string line; std::getline(file, line);)
    lived.push_back(from_line(line));
  std::cout << table_of(lived);
  return lived.empty() ? 1 : 0;
}

int chaos(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  for (const int number : {SIGINT, SIGTERM})
    std::signal(number, [](int) { asked_to_end = 1; });
  options with;
  if (!read_options(argc, argv, with)) {
    std::fputs(usage, stderr);
    return 2;
  }
  if (!with.summary.empty())
    return summarise(with.summary);
  if (with.list) {
    for (const auto& x : chosen(with))
      std::cout << x.name << '\n';
    return 0;
  }
  if (!integration::servers_can_run(with.database))
    return 0; // said why
  const auto lived = run(with);
  std::cout << '\n' << table_of(lived);
  const auto bad = std::ranges::count_if(lived, [](const auto& x) { return !x.trouble.empty(); });
  std::printf("%zu faults, %td not recovered\n", lived.size(), bad);
  return bad > 0 || lived.empty() ? 1 : 0;
}

} // namespace

} // namespace volumeviz::chaos

int main(int argc, char** argv) {
  try {
    return volumeviz::chaos::chaos(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
