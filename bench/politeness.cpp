// politeness [CREATES]: what the node costs the daemon's other clients, where they keep the machine
// busy and where they leave it idle time. Volume creates without a node, with a healthy one, and
// with one whose database is frozen and whose log is not read. Configurations are interleaved and
// repeated, so that noise affects all alike.
#include "bench/measure.hpp"

#include <atomic>
#include <cstdio>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace volumeviz::bench {

namespace {

using namespace std::chrono_literals;

constexpr int turns = 10;

/// A pipe for the node's log. When it is not read it is full after 64 KiB, and each write to it
/// blocks.
class log_pipe {
public:
  log_pipe() {
    if (::mkfifo(path().c_str(), 0600) != 0)
      throw std::runtime_error{"can't make " + path()};
    file_ = ::open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    reader_ = std::jthread{[this](const std::stop_token& stop) { read(stop); }};
  }
  ~log_pipe() {
    reader_.request_stop();
    reader_.join();
    ::close(file_);
  }
  std::string path() const { return folder_ / "log"; }
  /// Stops reading and fills the pipe: the next line blocks.
  void block() {
    blocked_ = true;
    const std::string line(512, '.');
    while (::write(file_, line.data(), line.size()) > 0)
      ;
  }

private:
  void read(const std::stop_token& stop) {
    std::string waste(65536, ' ');
    while (!stop.stop_requested()) {
      pollfd some{file_, POLLIN, 0};
      if (blocked_ || ::poll(&some, 1, 50) == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{blocked_ ? 50 : 0});
      else if (::read(file_, waste.data(), waste.size()) < 0)
        return;
    }
  }

  support::scratch_folder folder_;
  int file_ = -1;
  std::atomic<bool> blocked_ = false;
  std::jthread reader_;
};

/// A node whose log goes to a pipe, so it is not the stage's own.
class node {
public:
  node(stage& on, const log_pipe& log) {
    auto environment = support::minimal_environment();
    for (const auto& [name, value] : on.settings())
      environment[name] = value;
    environment["LOG_LEVEL"] = "debug"; // a line for each fetch
    environment["HTTP_LISTEN"] = "127.0.0.1:0";
    process_.emplace(support::command{.arguments = {integration::program_path()},
                                      .environment = environment,
                                      .errors = log.path()});
  }

private:
  std::optional<support::process> process_;
};

struct calls {
  samples took;
  double seconds = 0;
};

/// The number of the daemon's clients, and each one's mean pause after a call.
struct pressure {
  int clients;
  std::chrono::milliseconds pause;
};

void create_and_remove(stage& on, int count, const pressure& by, calls& into) {
  std::mutex mutex;
  const auto begin = clock::now();
  in_parallel(on.daemon, by.clients, count, [&](support::docker_api& docker, int i) {
    const auto called = clock::now();
    docker.create_volume("polite" + std::to_string(i));
    const auto took = since(called);
    {
      const std::scoped_lock lock{mutex};
      into.took.add(took);
    }
    // With equal pauses the clients' calls would always coincide, or never.
    std::this_thread::sleep_for(by.pause * (i % 7 + 1) / 4);
  });
  into.seconds += since(begin) / 1000;
  in_parallel(on.daemon, by.clients, count, [](support::docker_api& docker, int i) {
    docker.remove_volume("polite" + std::to_string(i));
  });
}

void print(const char* what, const calls& x, const calls& alone) {
  const auto ratio = [&](double q) { return x.took.quantile(q) / alone.took.quantile(q); };
  std::printf("%-58s %6.0f/s  p50 %6.2f ms (x %.2f)  p99 %6.2f ms (x %.2f)  max %6.1f ms\n", what,
              static_cast<double>(x.took.count()) / x.seconds, x.took.quantile(0.5), ratio(0.5),
              x.took.quantile(0.99), ratio(0.99), x.took.quantile(1));
}

void measure(int count, const pressure& by) {
  stage on{database_kind::postgres};
  calls alone, working, blocked;
  for (int turn = 0; turn < turns; ++turn) {
    create_and_remove(on, count, by, alone);
    log_pipe log;
    const node watching{on, log};
    if (const auto why = on.disagreement(std::chrono::seconds{20}); !why.empty())
      throw std::runtime_error{"the node does not work: " + why};
    create_and_remove(on, count, by, working);
    if (const auto why = on.disagreement(std::chrono::seconds{20}); !why.empty())
      throw std::runtime_error{"the node does not keep up: " + why};
    log.block();
    on.database->pause();
    create_and_remove(on, count, by, blocked);
    on.database->resume();
  }
  print("without a node", alone, alone);
  print("with a node", working, alone);
  print("with one whose database is frozen and whose log is unread", blocked, alone);
}

} // namespace

} // namespace volumeviz::bench

int main(int argc, char** argv) {
  using namespace volumeviz::bench;
  using namespace std::chrono_literals;
  return run_benchmark([&] {
    const int count = number_argument(argc, argv, 1, 600);
    for (const pressure& by : {pressure{8, 40ms}, pressure{8, 0ms}, pressure{16, 0ms}}) {
      std::printf("%d turns of %d volume creates by %d clients, which pause for %lld ms\n", turns,
                  count, by.clients, static_cast<long long>(by.pause.count()));
      measure(count, by);
    }
  });
}
