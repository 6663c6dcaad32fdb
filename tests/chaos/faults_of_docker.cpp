// What becomes of the daemon itself.
#include "tests/chaos/faults.hpp"

namespace volumeviz::chaos {

using std::chrono::seconds;

namespace {

/// The first processes of all running containers, as long as the daemon can tell.
std::vector<pid_t> container_processes(arena& a) {
  std::vector<pid_t> result;
  for (const auto& listed : a.on.docker.containers()) {
    const std::string id{listed.at("Id").as_string()};
    const auto answer = a.on.docker.call("GET", "/containers/" + id + "/json");
    if (answer.status != 200)
      continue; // gone in the meantime
    const auto pid = boost::json::parse(answer.body).at("State").at("Pid").to_number<pid_t>();
    if (pid > 0)
      result.push_back(pid);
  }
  return result;
}

} // namespace

faults faults_of_docker() {
  return {
      {.name = "dockerd stopped (SIGTERM) and started",
       .begin = [](arena& a) { a.on.daemon.stop(); },
       .end = [](arena& a) { a.on.daemon.start(); },
       .daemon_answers = false},
      {.name = "dockerd killed (SIGKILL) and started",
       .begin = [](arena& a) { a.on.daemon.kill(); },
       .end = [](arena& a) { a.on.daemon.start(); },
       .daemon_answers = false},
      {.name = "dockerd frozen (SIGSTOP) and woken",
       .longest = seconds{20},
       .begin = [](arena& a) { a.on.daemon.pause(); },
       .end = [](arena& a) { a.on.daemon.resume(); },
       .daemon_answers = false},
      {.name = "containers die while dockerd is down",
       .longest = seconds{1},
       .begin =
           [](arena& a) {
             const auto processes = container_processes(a);
             a.on.daemon.kill();
             for (const auto pid : processes)
               ::kill(pid, SIGKILL);
           },
       .end = [](arena& a) { a.on.daemon.start(); },
       .daemon_answers = false},
  };
}

} // namespace volumeviz::chaos
