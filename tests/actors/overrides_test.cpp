// The function of libcaf that the program replaces, and the check that the replacement is in
// effect.

#include "actors/fleet/overrides.hpp"
#include "actors/fleet/remoting.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <doctest/doctest.h>

#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace volumeviz;

namespace {

struct remoting : caf::actor_system_config {
  remoting() { use_remoting(*this); }
};

/// The id of a node in another process of this machine, without the process id: two containers may
/// have that in common, too.
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
  return all.substr(begin + 8, all.find('#', begin) - begin - 8);
}

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

TEST_CASE("libcaf uses the program's function for node ids") {
  for (const auto role : {node_role::standalone, node_role::agent, node_role::hub}) {
    const auto checked = check_overrides(role);
    REQUIRE(checked);
    CHECK(checked->empty());
  }
}

TEST_CASE("agent and hub do not start when node ids are not random, a standalone node warns") {
  // As libcaf makes them by itself: the end counts the actor systems of the process.
  int systems = 0;
  const auto own_of_libcaf = [&] {
    return "BFFADF3AC9F1142F6446CA706C9BB0F69B11440" + std::to_string(systems++) + "#23522";
  };
  for (const auto role : {node_role::agent, node_role::hub}) {
    const auto checked = check_overrides(role, own_of_libcaf);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().text.find("get_root_uuid") != std::string::npos);
    CHECK(checked.error().text.find("libcaf-core0.17") != std::string::npos);
  }
  const auto warned = check_overrides(node_role::standalone, own_of_libcaf);
  REQUIRE(warned);
  CHECK(warned->find("get_root_uuid") != std::string::npos);
}
