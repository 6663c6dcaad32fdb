// CAF's own functions that the program replaces: were one of them not replaced any more (another
// libcaf, another linker option), nothing else would tell.

#include "actors/fleet/remoting.hpp"
#include "tests/support/authority.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <doctest/doctest.h>

#include <ctime>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace volumeviz;
using namespace std::chrono_literals;

namespace {

struct remoting : caf::actor_system_config {
  remoting() { use_remoting(*this, {}); }
};

/// The id of a node in another process that has everything in common with this one, but for what
/// is random.
std::string node_id_of_another_process() {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto name = "/proc/self/exe";
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::setenv("VOLUMEVIZ_PRINT_NODE_ID", "1", 1);
    ::execl(name, name, "-tc=prints its node id", "--no-intro", "--no-version", nullptr);
    ::_exit(1);
  }
  ::close(pipe_ends[1]);
  std::string text(4096, '\0');
  std::string all;
  for (ssize_t n = 0; (n = ::read(pipe_ends[0], text.data(), text.size())) > 0;)
    all.append(text, 0, static_cast<std::size_t>(n));
  ::close(pipe_ends[0]);
  ::waitpid(child, nullptr, 0);
  const auto begin = all.find("node-id:");
  REQUIRE(begin != std::string::npos);
  // Without the process id behind the '#', which two containers would have in common.
  return all.substr(begin + 8, all.find('#', begin) - begin - 8);
}

/// Takes so many connections and one more, and says nothing.
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

TEST_CASE("prints its node id" * doctest::skip(std::getenv("VOLUMEVIZ_PRINT_NODE_ID") == nullptr)) {
  remoting config;
  caf::actor_system system{config};
  std::printf("node-id:%s\n", to_string(system.node()).c_str());
  std::fflush(stdout);
}

TEST_CASE("two nodes with the same hardware and the same process id have different ids") {
  const auto first = node_id_of_another_process();
  CHECK(first.size() > 10);
  CHECK(first != node_id_of_another_process());
}

TEST_CASE("dialing somebody who swallows packets ends in two seconds and holds up nothing") {
  // A full backlog: the kernel drops further first packets, as a firewall would.
  const deaf_listener hub{0};
  std::vector<int> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    ::connect(waiting.back(), reinterpret_cast<const sockaddr*>(&hub.address), sizeof hub.address);
  }
  remoting config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  std::string why;
  self->request(connector_of(system, {}), caf::timespan{30s}, caf::connect_atom_v,
                std::string{"127.0.0.1"}, hub.port())
      .receive(
          [](const caf::node_id&, const caf::strong_actor_ptr&, const std::set<std::string>&) {},
          [&](const caf::error& error) { why = system.render(error); });
  CHECK(why.find("packets get lost") != std::string::npos);
  for (auto fd : waiting)
    ::close(fd);
}

TEST_CASE("a hub that does not answer a handshake is waited for without work") {
  const deaf_listener hub{8};
  const support::authority ca;
  const auto own = ca.issue(support::agent_wish("a"));
  const link_files files{.certificate = own.certificate, .key = own.key, .ca = ca.ca()};
  caf::actor_system_config config;
  use_remoting(config, files);
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const auto busy_before = std::clock();
  const auto began = std::chrono::steady_clock::now();
  bool failed = false;
  self->request(connector_of(system, files), caf::timespan{30s}, caf::connect_atom_v,
                std::string{"127.0.0.1"}, hub.port())
      .receive(
          [](const caf::node_id&, const caf::strong_actor_ptr&, const std::set<std::string>&) {},
          [&](const caf::error&) { failed = true; });
  const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - began;
  const auto busy = static_cast<double>(std::clock() - busy_before) / CLOCKS_PER_SEC;
  CHECK(failed);
  CHECK(busy < waited.count() / 2); // of one core; it was all of it
}
