#include "bench/machine.hpp"

#include "tests/stage/stage.hpp"
#include "tests/support/postgres_programs.hpp"
#include "tests/support/program.hpp"

#include <fmt/chrono.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sys/utsname.h>
#include <thread>

namespace volumeviz::bench {

namespace {

/// The first line of what `PROGRAM --version` prints.
std::string version_of(const std::string& name) {
  const auto path = support::find_program(name);
  if (path.empty())
    return "none";
  const auto output = support::run_program(path, {"--version"}).output;
  return output.substr(0, output.find('\n'));
}

std::string processor() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  return "unknown";
}

} // namespace

boost::json::object describe_machine() {
  utsname system{};
  ::uname(&system);
  double load = 0;
  ::getloadavg(&load, 1);
  return {{"time", fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(
                                                std::chrono::system_clock::now())))},
          {"processor", processor()},
          {"cores", std::thread::hardware_concurrency()},
          {"kernel", static_cast<const char*>(system.release)},
          {"load", load},
          {"program", version_of(integration::program_path())},
          {"docker", version_of("dockerd")},
          {"postgresql", version_of(support::postgres_program("postgres"))}};
}

} // namespace volumeviz::bench
