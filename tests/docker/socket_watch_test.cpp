#include "docker/socket_watch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/fake_daemon.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <poll.h>

using namespace volumeviz;
using namespace std::chrono_literals;
using docker::socket_watch;
using support::eventually;
using support::fake_daemon;

namespace {

docker::endpoint at(const std::string& host) {
  return {.host = host, .tls = false, .cert_path = ""};
}

/// Waits as the owner of a watch does.
bool appears_within(socket_watch& watch, std::chrono::milliseconds limit) {
  return eventually(
      [&] {
        pollfd changes{watch.descriptor(), POLLIN, 0};
        ::poll(&changes, 1, static_cast<int>(watch.next_try().value_or(10ms).count()));
        return watch.appeared();
      },
      limit);
}

} // namespace

TEST_CASE("a new socket is reported once, when it accepts connections") {
  fake_daemon daemon;
  socket_watch watch{at(daemon.host())};
  REQUIRE(watch.watching());
  daemon.shut_down();
  CHECK_FALSE(appears_within(watch, 50ms));
  for (int round = 1; round <= 3; ++round) {
    daemon.start_again();
    CHECK(appears_within(watch, 10s));
    CHECK_FALSE(appears_within(watch, 30ms));
    daemon.shut_down();
  }
}

TEST_CASE("a socket is tried again until a server listens, but not for ever") {
  const support::scratch_folder folder;
  socket_watch watch{at("unix://" + (folder / "docker.sock"))};
  CHECK_FALSE(watch.next_try());
  std::ofstream{folder / "docker.sock"} << "x";
  CHECK_FALSE(watch.appeared());
  CHECK(watch.next_try());
  for (int tries = 1; tries < 100; ++tries)
    CHECK_FALSE(watch.appeared());
  CHECK_FALSE(watch.next_try());
}

TEST_CASE("other files are not reported") {
  const support::scratch_folder folder;
  socket_watch watch{at("unix://" + (folder / "docker.sock"))};
  std::ofstream{folder / "other.sock"} << "x";
  CHECK_FALSE(watch.appeared());
  CHECK_FALSE(watch.next_try());
}

TEST_CASE("there is nothing to watch for TCP, or in a directory that is missing") {
  for (const auto* host :
       {"tcp://127.0.0.1:2375", "unix:///nowhere/at/all/docker.sock", "nonsense"}) {
    socket_watch watch{at(host)};
    CHECK_FALSE(watch.watching());
    CHECK_FALSE(watch.appeared());
  }
}
