// Connecting to a hub that is absent or does not answer: fails with a sentence, in time, without
// using CPU.
#include "tests/support/free_port.hpp"
#include "tests/wire/front_rig.hpp"

#include <doctest/doctest.h>

#include <ctime>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;

namespace {

/// A listener with a backlog of this length that accepts nothing.
struct deaf_listener {
  explicit deaf_listener(int backlog) {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(socket, backlog) == 0);
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  }
  ~deaf_listener() { ::close(socket); }
  deaf_listener(const deaf_listener&) = delete;
  deaf_listener& operator=(const deaf_listener&) = delete;
  std::uint16_t port() const { return ntohs(address.sin_port); }

  int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
};

} // namespace

TEST_CASE("connecting to a closed port or an unknown name fails with a sentence") {
  dialer_rig agent;
  const auto refused = agent.dial(support::free_port());
  CHECK_FALSE(refused.socket.is_open());
  CHECK(contains(refused.why, "the connection was refused"));
  const auto unknown = agent.dial(1, "no-such-name.invalid");
  CHECK_FALSE(unknown.socket.is_open());
  CHECK((contains(unknown.why, "can't be resolved") || contains(unknown.why, "name service")));
}

TEST_CASE("connecting to an address that drops packets ends in three seconds") {
  // With a full backlog the kernel drops further connection attempts, as a firewall would.
  const deaf_listener hub{0};
  std::vector<int> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    ::connect(waiting.back(), reinterpret_cast<const sockaddr*>(&hub.address), sizeof hub.address);
  }
  dialer_rig agent;
  const auto began = std::chrono::steady_clock::now();
  const auto dialed = agent.dial(hub.port());
  CHECK_FALSE(dialed.socket.is_open());
  CHECK(contains(dialed.why, "connecting timed out"));
  CHECK(std::chrono::steady_clock::now() - began < 5s);
  for (auto fd : waiting)
    ::close(fd);
}

TEST_CASE("waiting for a hub that does not answer the handshake costs no CPU") {
  const deaf_listener hub{8};
  const support::authority ca;
  dialer_rig agent{[own = load_or_throw(ca.issue(support::agent_wish("a")), ca.ca(),
                                        identity::side::agent)] { return own; }};
  const auto busy_before = std::clock();
  const auto began = std::chrono::steady_clock::now();
  const auto dialed = agent.dial(hub.port());
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - began;
  const auto busy = static_cast<double>(std::clock() - busy_before) / CLOCKS_PER_SEC;
  CHECK(contains(dialed.why, "the TLS handshake timed out"));
  CHECK(busy < waited.count() / 2); // of one core; a busy loop would use all of it
}

TEST_CASE("a dialer that ends during attempts does not call back afterwards") {
  const deaf_listener hub{8};
  const support::authority ca;
  const auto own =
      load_or_throw(ca.issue(support::agent_wish("a")), ca.ca(), identity::side::agent);
  const auto called = std::make_shared<int>(0);
  {
    dialer agent{{.credentials = [own] { return own; }, .revoked = nullptr, .reports = {}}};
    for (int i = 0; i < 3; ++i)
      agent.dial("127.0.0.1", hub.port(), [called](const dialer::outcome&) { ++*called; });
  }
  CHECK(*called == 0);
  CHECK(called.use_count() == 1);
}
