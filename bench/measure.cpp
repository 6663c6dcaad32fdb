// The tests' support library reports through doctest.
#define DOCTEST_CONFIG_IMPLEMENT
#include "bench/measure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>

namespace volumeviz::bench {

const char* to_string(database_kind kind) {
  return kind == database_kind::sqlite ? "SQLite" : "PostgreSQL";
}

double since(clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(clock::now() - begin).count();
}

void samples::add(const samples& others) {
  values_.insert(values_.end(), others.values_.begin(), others.values_.end());
}

double samples::quantile(double q) const {
  if (values_.empty())
    return 0;
  auto sorted = values_;
  std::ranges::sort(sorted);
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

int number_argument(int argc, char** argv, int n, int otherwise) {
  return n < argc ? std::max(1, std::atoi(argv[n])) : otherwise;
}

void in_parallel(const support::dockerd& daemon, int threads, int count,
                 const std::function<void(support::docker_api&, int)>& work) {
  // The last of 200 containers that start at once on two cores waits for minutes.
  constexpr std::chrono::minutes patience{10};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work_of = [&](int thread) {
    try {
      support::docker_api docker{daemon.socket(), patience};
      for (int i = thread; i < count; i += threads)
        work(docker, i);
    } catch (...) {
      const std::scoped_lock lock{mutex};
      failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t)
      workers.emplace_back(work_of, t);
  }
  if (failure)
    std::rethrow_exception(failure);
}

int run_benchmark(const std::function<void()>& body, bool needs_docker) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (const auto why = support::no_dockerd_because(); needs_docker && !why.empty()) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return 1;
  }
  try {
    body();
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}

} // namespace volumeviz::bench
