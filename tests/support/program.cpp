#include "tests/support/program.hpp"

#include "tests/support/eventually.hpp"

#include <charconv>

namespace volumeviz::support {

namespace {

command command_line(const std::string& path, const std::vector<std::string>& arguments,
                     const variables& settings, const scratch_folder& folder) {
  command result{.arguments = {path},
                 .environment = minimal_environment(),
                 .output = folder / "stdout",
                 .errors = folder / "stderr"};
  result.arguments.insert(result.arguments.end(), arguments.begin(), arguments.end());
  // A test that forgets DATABASE_URL must not find, or leave, anything in the real place.
  result.environment["STATE_DIRECTORY"] = folder.path().string();
  for (const auto& [name, value] : settings)
    result.environment[name] = value;
  return result;
}

std::uint16_t port_in(const std::string& log) {
  static constexpr std::string_view marker = "listening on http://";
  const auto found = log.find(marker);
  if (found == std::string::npos)
    return 0;
  const auto line_end = std::min(log.find('\n', found), log.size());
  const auto address = log.substr(found + marker.size(), line_end - found - marker.size());
  const auto colon = address.find(':');
  std::uint16_t port = 0;
  if (colon != std::string::npos)
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  return port;
}

} // namespace

program::program(const std::string& path, variables settings, std::vector<std::string> arguments) {
  settings.try_emplace("HTTP_LISTEN", "127.0.0.1:0");
  process_.emplace(command_line(path, arguments, settings, folder_));
}

std::uint16_t program::port(std::chrono::milliseconds bound) {
  const auto known = [this] {
    port_ = port_ ? port_ : port_in(log());
    return port_ != 0 || !running();
  };
  eventually(known, bound);
  return port_;
}

finished run_program(const std::string& path, const std::vector<std::string>& arguments,
                     const variables& settings, std::chrono::milliseconds bound) {
  const scratch_folder folder;
  const auto begin = std::chrono::steady_clock::now();
  process run{command_line(path, arguments, settings, folder)};
  finished result;
  result.exit_code = run.wait(bound).value_or(-1);
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  result.output = file_text(folder / "stdout");
  result.errors = file_text(folder / "stderr");
  return result;
}

} // namespace volumeviz::support
