// How long a change takes from its commit to the sockets of very many subscribers, and what they
// cost the process. The subscribers are in a process of their own.
//   build/bench/feed [subscribers] [commits]
#include "http/server.hpp"
#include "persistence/history.hpp"
#include "persistence/store.hpp"
#include "tests/http/fakes.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <vector>

using namespace volumeviz;

namespace {

using clock_type = std::chrono::steady_clock; // one clock for all processes of the machine

std::int64_t now_ns() {
  return clock_type::now().time_since_epoch().count();
}

std::size_t resident_kib() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

int subscribe(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    std::exit(1);
  const std::string request = "GET /api/v1/changes/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
  if (::send(socket, request.data(), request.size(), 0) < 0)
    std::exit(1);
  char buffer[4096];
  for (std::string head; head.find("\r\n\r\n") == std::string::npos;) {
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0)
      std::exit(1);
    head.append(buffer, static_cast<std::size_t>(got));
  }
  return socket;
}

/// The subscribers' process: writes the arrival time of each event to the pipe.
[[noreturn]] void follow(std::uint16_t port, int count, int commits, int results) {
  std::vector<pollfd> all;
  for (int i = 0; i < count; ++i)
    all.push_back({subscribe(port), POLLIN, 0});
  const char ready = 'r';
  std::ignore = ::write(results, &ready, 1);
  std::vector<std::string> texts(all.size());
  std::vector<std::int64_t> arrivals;
  char buffer[65536];
  const auto all_of_them = static_cast<std::size_t>(count) * static_cast<std::size_t>(commits);
  while (arrivals.size() / 2 < all_of_them) {
    if (::poll(all.data(), all.size(), 20'000) <= 0)
      break;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].revents == 0)
        continue;
      const auto got = ::recv(all[i].fd, buffer, sizeof buffer, 0);
      const auto at = now_ns();
      if (got <= 0)
        std::_Exit(1);
      auto& text = texts[i];
      text.append(buffer, static_cast<std::size_t>(got));
      for (auto end = text.find("event: change"); end != std::string::npos;
           end = text.find("event: change")) {
        // The name of the volume is its number.
        const auto name = text.find("\"name\":\"", end);
        if (name == std::string::npos || text.find('"', name + 8) == std::string::npos)
          break;
        arrivals.push_back(std::atoll(text.c_str() + name + 8));
        arrivals.push_back(at);
        text.erase(0, name + 8);
      }
    }
  }
  const auto* from = reinterpret_cast<const char*>(arrivals.data());
  for (std::size_t left = arrivals.size() * sizeof(std::int64_t); left > 0;) {
    const auto written = ::write(results, from, left);
    if (written <= 0)
      std::_Exit(1);
    from += written;
    left -= static_cast<std::size_t>(written);
  }
  std::_Exit(0);
}

} // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 500;
  const int commits = argc > 2 ? std::atoi(argv[2]) : 200;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  int port_pipe[2], results[2];
  if (::pipe(port_pipe) != 0 || ::pipe(results) != 0)
    return 1;
  const auto child = ::fork();
  if (child == 0) {
    std::uint16_t port = 0;
    if (::read(port_pipe[0], &port, sizeof port) != sizeof port)
      return 1;
    follow(port, count, commits, results[1]);
  }
  ::close(results[1]);

  const auto folder = std::filesystem::temp_directory_path() / ("feed-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const persistence::database where{.url = "sqlite://" + (folder / "x.db").string()};
  auto store = std::move(*persistence::open_store(where));
  const auto volume_of = [](int i) {
    change_batch batch{.host = "a", .volumes = {}, .containers = {}, .facts = {}};
    volume x;
    x.name = std::to_string(i);
    x.driver = "local";
    for (int k = 0; k < 8; ++k)
      x.labels["com.example.label." + std::to_string(k)] = "a value of some length";
    batch.volumes.present.push_back(x);
    return batch;
  };
  if (!store->apply({volume_of(0)}))
    return 1;
  auto past = std::move(*persistence::open_history(where));
  fakes::node node;
  fakes::inventory rows;
  auto commits_bell = std::make_shared<bell>();
  http::server_settings settings{.listen = {"127.0.0.1", 0}, .auth_token = {}};
  settings.feed.commits = commits_bell;
  auto server = http::start(settings, node, {&rows, past.get()});
  if (!server)
    return 1;
  const auto port = (*server)->port();
  const auto before = resident_kib();
  std::ignore = ::write(port_pipe[1], &port, sizeof port);
  char ready = 0;
  if (::read(results[0], &ready, 1) != 1)
    return 1;
  const auto connected = resident_kib();
  std::vector<std::int64_t> committed(static_cast<std::size_t>(commits) + 1);
  std::thread writer{[&] {
    for (int i = 1; i <= commits; ++i) {
      if (!store->apply({volume_of(i)}))
        std::exit(1);
      committed[static_cast<std::size_t>(i)] = now_ns();
      commits_bell->ring();
      std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
  }};
  writer.join();
  std::vector<double> took;
  std::int64_t one[2];
  std::string bytes;
  char buffer[65536];
  for (ssize_t got = 0; (got = ::read(results[0], buffer, sizeof buffer)) > 0;)
    bytes.append(buffer, static_cast<std::size_t>(got));
  for (std::size_t at = 0; at + sizeof one <= bytes.size(); at += sizeof one) {
    std::copy_n(bytes.data() + at, sizeof one, reinterpret_cast<char*>(one));
    took.push_back(static_cast<double>(one[1] - committed.at(static_cast<std::size_t>(one[0])))
                   / 1e6);
  }
  std::ranges::sort(took);
  const auto quantile = [&](double q) {
    return took.at(static_cast<std::size_t>(q * static_cast<double>(took.size() - 1)));
  };
  std::printf("%d subscribers, %d commits, %zu events arrived\n", count, commits, took.size());
  std::printf("commit to socket: p50 %.2f ms, p99 %.2f ms, max %.2f ms\n", quantile(0.5),
              quantile(0.99), took.back());
  std::printf("resident: %zu KiB without subscribers, +%zu KiB connected, +%zu KiB at the end\n",
              before, connected - before, resident_kib() - before);
  ::waitpid(child, nullptr, 0);
  server->reset();
  std::filesystem::remove_all(folder);
  return 0;
}
