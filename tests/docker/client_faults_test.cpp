// The client against a fake daemon that fails: not there, slow, hung, cut off, stopped.
#include "tests/docker/fake_client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <filesystem>
#include <future>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace volumeviz;
using namespace volumeviz::docker::testing;
using namespace std::chrono_literals;
using support::eventually;
using support::fake_answer;
using support::fake_daemon;

namespace {

using clock_type = std::chrono::steady_clock;

/// A TCP port whose queue of new connections is full: the next connect() hangs, as behind a
/// firewall.
class full_port {
public:
  full_port() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    name_.sin_family = AF_INET;
    name_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof name_;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&name_), size) == 0);
    REQUIRE(::listen(listener_, 0) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&name_), &size) == 0);
    for (auto& filler : fillers_) {
      filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(filler, reinterpret_cast<sockaddr*>(&name_), size);
    }
  }
  ~full_port() {
    for (const int filler : fillers_)
      ::close(filler);
    ::close(listener_);
  }
  std::string host() const { return "tcp://127.0.0.1:" + std::to_string(ntohs(name_.sin_port)); }

private:
  int listener_ = -1;
  sockaddr_in name_{};
  std::array<int, 4> fillers_{};
};

struct timed {
  failure why;
  std::chrono::milliseconds took;
};

template <class Call>
timed fails(Call call) {
  const auto before = clock_type::now();
  const auto out = call();
  const auto took = clock_type::now() - before;
  REQUIRE_FALSE(out);
  return {out.error(), std::chrono::duration_cast<std::chrono::milliseconds>(took)};
}

} // namespace

TEST_CASE("an error about a daemon that can't be reached says what to do") {
  const support::scratch_folder folder;
  const auto why = [](const std::string& host) {
    return client_at(host)->list_volumes(patience).error();
  };
  const auto path = folder / "docker.sock";
  auto missing = why("unix://" + path);
  CHECK(missing.code == ec::docker_unreachable);
  CHECK(contains(missing.text, "no socket " + path));
  CHECK(contains(missing.text, "DOCKER_HOST"));

  fake_daemon daemon;
  daemon.shut_down(true);
  auto refused = why(daemon.host());
  CHECK(refused.code == ec::docker_unreachable);
  CHECK(contains(refused.text, daemon.socket()));

  fake_daemon by_tcp{support::docker_20(), fake_daemon::on::tcp};
  by_tcp.shut_down();
  auto closed = why(by_tcp.host());
  CHECK(closed.code == ec::docker_unreachable);
  CHECK(contains(closed.text, by_tcp.host()));

  auto nameless = why("tcp://no-such-host.invalid:2375");
  CHECK(nameless.code == ec::docker_unreachable);
  CHECK(contains(nameless.text, "no-such-host.invalid has no address"));

  std::filesystem::create_directory(folder / "folder.sock");
  CHECK(why("unix://" + (folder / "folder.sock")).code == ec::docker_unreachable);
}

TEST_CASE("all addresses of a host name are tried") {
  fake_daemon daemon{support::docker_20(), fake_daemon::on::tcp}; // on 127.0.0.1 only
  const auto port = daemon.host().substr(daemon.host().rfind(':'));
  const auto out = client_at("tcp://localhost" + port)->list_volumes(patience);
  CHECK_MESSAGE(out, support::why(out));
}

TEST_CASE("an error about a socket without permission names the group docker") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can become a user without permission here");
    return;
  }
  fake_daemon daemon;
  REQUIRE(::chmod(daemon.socket().c_str(), 0600) == 0);
  REQUIRE(::chmod(std::filesystem::path{daemon.socket()}.parent_path().c_str(), 0755) == 0);
  REQUIRE(::seteuid(65534) == 0);
  const auto out = client_at(daemon.host())->list_volumes(patience);
  REQUIRE(::seteuid(0) == 0);
  REQUIRE_FALSE(out);
  CHECK(contains(out.error().text, "no permission"));
  CHECK(contains(out.error().text, "group docker"));
}

TEST_CASE("a call to a hung daemon ends at its deadline") {
  fake_daemon daemon;
  daemon.hang(true);
  const auto client = client_at(daemon.host());
  const auto out = fails([&] { return client->list_volumes(200ms); });
  CHECK(out.why.code == ec::docker_timeout);
  CHECK(contains(out.why.text, "did not answer in time"));
  CHECK(out.took >= 190ms);
  CHECK(out.took < 2s);
  daemon.hang(false);
  CHECK(client->list_volumes(patience));
}

TEST_CASE("a call ends at its deadline even while bytes keep arriving") {
  fake_daemon daemon;
  for (const auto how : {fake_answer::cut::none, fake_answer::cut::chunk}) {
    const auto client = client_at(daemon.host());
    REQUIRE(client->list_volumes(patience));
    daemon.answer_next("/volumes", {.body = std::string(4000, ' '), .ends = how, .drip = 20ms});
    const auto out = fails([&] { return client->list_volumes(300ms); });
    CHECK(out.why.code == ec::docker_timeout);
    CHECK(out.took < 2s);
  }
}

TEST_CASE("a call that can't connect ends at its deadline") {
  const full_port port;
  const auto client = client_at(port.host());
  const auto out = fails([&] { return client->identify(300ms); });
  CHECK(out.why.code == ec::docker_timeout);
  CHECK(out.took >= 290ms);
  CHECK(out.took < 2s);
}

TEST_CASE("a call whose deadline has passed ends at once") {
  fake_daemon daemon;
  daemon.hang(true);
  CHECK(fails([&] { return client_at(daemon.host())->list_volumes(0ms); }).took < 1s);
}

TEST_CASE("a connection is kept, and replaced when the daemon has closed it") {
  fake_daemon daemon;
  daemon.create_volume("data");
  const auto client = client_at(daemon.host());
  for (int i = 0; i < 5; ++i)
    REQUIRE(client->list_volumes(patience));
  CHECK(daemon.connections() == 1);
  CHECK(daemon.requests("/_ping") == 1);
  daemon.cut_idle_connections();
  const auto out = client->list_volumes(patience);
  REQUIRE_MESSAGE(out, support::why(out));
  CHECK(daemon.connections() == 2);
  CHECK(daemon.requests("/_ping") == 2);
}

TEST_CASE("a kept connection that closes instead of answering is replaced, a new one is not") {
  fake_daemon daemon;
  const auto client = client_at(daemon.host());
  REQUIRE(client->list_volumes(patience));
  daemon.answer_next("/volumes", {.ends = fake_answer::cut::at_once});
  const auto once = client->list_volumes(patience);
  CHECK_MESSAGE(once, support::why(once));
  daemon.answer_next("/volumes", {.ends = fake_answer::cut::at_once}, 2);
  const auto before = daemon.requests("/volumes");
  const auto twice = client->list_volumes(patience);
  REQUIRE_FALSE(twice);
  CHECK(twice.error().code == ec::docker_unreachable);
  CHECK(daemon.requests("/volumes") == before + 2);
  CHECK(client->list_volumes(patience));
}

TEST_CASE("an answer that is cut off is a failure, not a short list") {
  fake_daemon daemon;
  for (int i = 0; i < 100; ++i)
    daemon.create_volume("volume-" + std::to_string(i));
  const auto client = client_at(daemon.host());
  for (const auto how : {fake_answer::cut::length, fake_answer::cut::chunk}) {
    daemon.answer_next("/volumes", {.ends = how});
    const auto out = client->list_volumes(patience);
    REQUIRE_FALSE(out);
    CHECK(out.error().code == ec::docker_unreachable);
    daemon.answer_next("/events", {.body = std::string(1000, '\n'), .ends = how});
    CHECK_FALSE(client->events_between(1, 2, patience));
  }
  CHECK(client->list_volumes(patience)->volumes.size() == 100);
}

TEST_CASE("requests succeed through a proxy that closes after each answer") {
  fake_daemon daemon;
  daemon.create_volume("data");
  daemon.answer_next("*", {.close = true}, 100);
  const auto client = client_at(daemon.host());
  for (int i = 0; i < 3; ++i) {
    const auto out = client->list_volumes(patience);
    REQUIRE_MESSAGE(out, support::why(out));
    CHECK(out->volumes.size() == 1);
  }
  REQUIRE(client->identify(patience));
}

TEST_CASE("an answer larger than the limit is refused") {
  fake_daemon daemon;
  daemon.answer_next("/info", {.body = std::string(17 * 1024 * 1024, ' ')});
  const auto out = client_at(daemon.host())->identify(patience);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == ec::docker_too_large);
}

TEST_CASE("stop() ends the call in flight in every phase") {
  const auto check = [](docker::client& client, auto ready) {
    auto call = std::async(std::launch::async, [&] { return client.list_volumes(1min); });
    REQUIRE(eventually(ready));
    const auto before = clock_type::now();
    client.stop();
    const auto out = call.get();
    CHECK(clock_type::now() - before < 1s);
    REQUIRE_FALSE(out);
    CHECK(out.error().code == ec::cancelled);
    CHECK(client.list_containers(1min).error().code == ec::cancelled);
  };
  SUBCASE("before the first answer") {
    fake_daemon daemon;
    daemon.hang(true);
    check(*client_at(daemon.host()), [&] { return daemon.requests("/_ping") == 1; });
  }
  SUBCASE("before the list") {
    fake_daemon daemon;
    daemon.hold("/volumes");
    check(*client_at(daemon.host()), [&] { return daemon.requests("/volumes") == 1; });
  }
  SUBCASE("during a slow body") {
    fake_daemon daemon;
    daemon.answer_next("/volumes", {.body = std::string(2000, ' '), .drip = 50ms});
    check(*client_at(daemon.host()), [&] { return daemon.requests("/volumes") == 1; });
  }
  SUBCASE("while connecting") {
    const full_port port;
    check(*client_at(port.host()), [] { return true; });
  }
}

TEST_CASE("calls after stop() fail without connecting") {
  fake_daemon daemon;
  const auto client = client_at(daemon.host());
  client->stop();
  const auto out = fails([&] { return client->list_volumes(patience); });
  CHECK(out.why.code == ec::cancelled);
  CHECK(client->identify(patience).error().code == ec::cancelled);
  CHECK(daemon.connections() == 0);
}

TEST_CASE("a daemon that closes during a write does not kill the process") {
  fake_daemon daemon;
  const auto client = client_at(daemon.host());
  for (int i = 0; i < 20; ++i) {
    client->list_volumes(patience);
    daemon.cut_connections();
  }
  CHECK(eventually([&] { return client->list_volumes(patience).has_value(); }));
}
