#include "commands/commands.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "docker/endpoint.hpp"
#include "persistence/history_rules.hpp"
#include "persistence/url.hpp"
#include "runtime/memory.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <unistd.h>
#include <variant>
#include <vector>

namespace {

using namespace volumeviz;

config::environment variables_of(char** block) {
  config::environment variables;
  for (; block != nullptr && *block != nullptr; ++block) {
    std::string entry = *block;
    auto equals = entry.find('=');
    if (equals != std::string::npos)
      variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return variables;
}

config::exit_code carry_out(const config::command& command, const config::settings& settings) {
  using action = config::command::action;
  switch (command.what) {
  case action::serve:
    return commands::serve(settings);
  case action::check:
    return commands::check(settings);
  case action::reconcile:
    return commands::reconcile(settings, command.dry_run);
  case action::migrate:
    return commands::migrate(settings);
  case action::watch:
    return commands::watch(settings, command.watch);
  case action::verify_history:
    return commands::verify_history(settings);
  }
  return config::exit_code::failed;
}

config::exit_code run(const std::vector<std::string>& arguments) {
  auto wanted = config::read_command_line(arguments);
  if (const auto* answer = std::get_if<config::immediate_exit>(&wanted)) {
    std::fputs(answer->text.c_str(), answer->is_error ? stderr : stdout);
    return answer->code;
  }
  auto settings = config::read_settings(variables_of(environ),
                                        {.docker_host = docker::host_complaint,
                                         .database_url = persistence::url_complaint,
                                         .history_exclude = persistence::rules_complaint});
  if (!settings) {
    for (const auto& complaint : settings.error())
      std::fprintf(stderr, "%s\n", complaint.c_str());
    return config::exit_code::wrong_settings;
  }
  return carry_out(std::get<config::command>(wanted), *settings);
}

} // namespace

int main(int argc, char** argv) {
  // Otherwise a peer that closes its connection ends the process: OpenSSL and cpp-httplib write
  // without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  volumeviz::keep_memory_small();
  try {
    return static_cast<int>(run({argv + 1, argv + argc}));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "volumeviz-events: an unexpected error: %s\n", e.what());
    return static_cast<int>(config::exit_code::failed);
  }
}
