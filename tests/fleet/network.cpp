#include "tests/fleet/network.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace volumeviz::fleet {

using std::chrono::seconds;

namespace {

std::string namespace_of(const std::string& process) {
  std::error_code none_such;
  return std::filesystem::read_symlink("/proc/" + process + "/ns/net", none_such).string();
}

support::process start_holder() {
  return support::process{{.arguments = {"unshare", "--net", "sleep", "infinity"},
                           .environment = support::minimal_environment()}};
}

int open_namespace(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    throw std::system_error{errno, std::generic_category(), path};
  return fd;
}

} // namespace

network_namespace::network_namespace() : holder_{start_holder()} {
  const auto own = namespace_of("self");
  const auto made = [&] {
    const auto its = namespace_of(std::to_string(holder()));
    return !holder_.running() || (!its.empty() && its != own);
  };
  if (!support::eventually(made, seconds{10}) || !holder_.running())
    throw std::runtime_error{"unshare made no network namespace"};
  run({"ip", "link", "set", "lo", "up"});
}

std::string network_namespace::path() const {
  return "/proc/" + std::to_string(holder()) + "/ns/net";
}

std::vector<std::string> network_namespace::command_prefix() const {
  return {"nsenter", "--net=" + path(), "--"};
}

void network_namespace::run(const std::vector<std::string>& command) const {
  const support::scratch_folder output;
  auto arguments = command_prefix();
  arguments.insert(arguments.end(), command.begin(), command.end());
  support::process running{{.arguments = arguments,
                            .environment = support::minimal_environment(),
                            .output = output / "text",
                            .errors = output / "text"}};
  if (running.wait(seconds{30}) == 0)
    return;
  std::string words;
  for (const auto& x : command)
    words += x + ' ';
  throw std::runtime_error{words + "failed: " + support::file_text(output / "text")};
}

inside::inside(const network_namespace& where)
    : before_{open_namespace("/proc/thread-self/ns/net")} {
  const int there = open_namespace(where.path());
  const auto failed = ::setns(there, CLONE_NEWNET) != 0;
  ::close(there);
  if (failed) {
    ::close(before_);
    throw std::system_error{errno, std::generic_category(), "entering " + where.path()};
  }
}

inside::~inside() {
  // The rest of the test must not run in the wrong namespace.
  if (::setns(before_, CLONE_NEWNET) != 0)
    std::abort();
  ::close(before_);
}

network::network(std::size_t machines) : machines_(machines) {
  switch_.run({"ip", "link", "add", "bridge", "type", "bridge"});
  switch_.run({"ip", "link", "set", "bridge", "up"});
  for (std::size_t i = 0; i < machines; ++i) {
    const auto& machine = machines_[i];
    const auto port = "port" + std::to_string(i);
    switch_.run({"ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns",
                 std::to_string(machine.holder())});
    switch_.run({"ip", "link", "set", port, "master", "bridge", "up"});
    machine.run({"ip", "address", "add", address(i) + "/24", "dev", "eth0"});
    machine.run({"ip", "link", "set", "eth0", "up"});
  }
}

void network::lose(std::size_t from, std::size_t to) const {
  machine(to).run({"iptables", "-w", "-I", "INPUT", "-s", address(from), "-j", "DROP"});
}

void network::part(std::size_t one, std::size_t other) const {
  lose(one, other);
  lose(other, one);
}

void network::mend() const {
  for (const auto& x : machines_)
    x.run({"iptables", "-w", "-F", "INPUT"});
}

std::string no_network_because() {
  if (::geteuid() != 0)
    return "network namespaces need root";
  for (const char* name : {"ip", "iptables", "nsenter", "unshare"})
    if (support::find_program(name).empty())
      return std::string{"there is no "} + name
             + " (Debian packages iproute2, iptables, util-linux)";
  try {
    network_namespace{}.run({"iptables", "-w", "-L", "INPUT"});
  } catch (const std::exception& e) {
    return std::string{"no network namespace with iptables can be made here: "} + e.what();
  }
  return {};
}

} // namespace volumeviz::fleet
