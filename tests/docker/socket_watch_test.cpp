#include "docker/socket_watch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fake_daemon.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>

using namespace volumeviz;
using namespace std::chrono_literals;
using docker::socket_watch;
using support::eventually;
using support::fake_daemon;

namespace {

docker::endpoint at(const std::string& host) {
  return {.host = host, .tls = false, .cert_path = ""};
}

} // namespace

TEST_CASE("a new socket is reported when it accepts connections") {
  fake_daemon daemon;
  std::atomic<int> calls{0};
  const socket_watch watch{at(daemon.host()), [&] { ++calls; }};
  REQUIRE(watch.watching());
  daemon.shut_down();
  CHECK(support::throughout([&] { return calls == 0; }, 50ms));
  for (int round = 1; round <= 3; ++round) {
    daemon.start_again();
    CHECK(eventually([&] { return calls >= round; }));
    daemon.shut_down();
    calls = round;
  }
}

TEST_CASE("other files, and a socket without a listener, are not reported") {
  const support::scratch_folder folder;
  std::atomic<int> calls{0};
  const socket_watch watch{at("unix://" + (folder / "docker.sock")), [&] { ++calls; }};
  std::ofstream{folder / "other.sock"} << "x";
  std::ofstream{folder / "docker.sock"} << "x";
  CHECK(support::throughout([&] { return calls == 0; }, 100ms));
}

TEST_CASE("there is nothing to watch for TCP, or in a directory that is missing") {
  CHECK_FALSE(socket_watch{at("tcp://127.0.0.1:2375"), [] {}}.watching());
  CHECK_FALSE(socket_watch{at("unix:///nowhere/at/all/docker.sock"), [] {}}.watching());
  CHECK_FALSE(socket_watch{at("nonsense"), [] {}}.watching());
}

TEST_CASE("the watch ends at once, even while it waits for a listener") {
  const support::scratch_folder folder;
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) {
    const socket_watch watch{at("unix://" + (folder / "docker.sock")), [] {}};
    std::ofstream{folder / "docker.sock", std::ios::app} << "x";
  }
  CHECK(std::chrono::steady_clock::now() - before < 1s);
}
