#include "config/command_line.hpp"

#include "config/settings.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>

namespace volumeviz::config {

namespace {

constexpr const char* program_name = "volumeviz-events";

std::string footer() {
  return "Settings (environment variables; set and empty counts as not set):\n"
         + describe_settings()
         + "\nExit codes: 0 fine, 1 failed, 2 wrong command line, 3 differences found (reconcile "
           "--dry-run, history verify), 78 wrong "
           "settings";
}

std::string version_line() {
  return std::string{program_name} + " " VOLUMEVIZ_VERSION;
}

immediate_exit exit_for(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const auto code = app.exit(error, out, err);
  if (code == 0)
    return {exit_code::fine, out.str(), false};
  return {exit_code::wrong_command_line, err.str(), true};
}

void add_watch_options(CLI::App& to, command::watch_options& options) {
  to.add_option("--url", options.url,
                "the node's address, as in http://127.0.0.1:8080; default: HTTP_LISTEN");
  to.add_option("--host", options.host, "only changes of this host");
  to.add_option("--volume", options.volume, "only changes of this volume and its mounts");
  to.add_option(
      "--container", options.container,
      "only changes of this container and its mounts: its name, or its id or the first 12 "
      "digits of it");
  to.add_flag("--json", options.json, "print each change as a JSON object on a line");
}

} // namespace

std::variant<command, immediate_exit> read_command_line(const std::vector<std::string>& arguments) {
  CLI::App app{"Keeps an exact SQL inventory of a Docker host's volumes, containers and mounts.",
               program_name};
  app.footer(footer());
  app.set_help_flag("-h,--help", "this text, with all settings");
  app.require_subcommand(0, 1);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return std::string{program_name} + ": " + error.what()
           + "\nRun with --help to see all commands and options.\n";
  });

  command result;
  const auto add = [](CLI::App& to, const char* name, const char* meaning) {
    auto* sub = to.add_subcommand(name, meaning);
    sub->footer(footer());
    sub->set_version_flag("--version", version_line, "the version");
    return sub;
  };
  const auto subcommand = [&](const char* name, const char* meaning, command::action what) {
    auto* sub = add(app, name, meaning);
    sub->callback([&result, what] { result.what = what; });
    return sub;
  };
  app.set_version_flag("--version", version_line, "the version");
  subcommand("serve", "run the node until SIGTERM or SIGINT; the default", command::action::serve);
  subcommand("check", "validate the settings and try each thing that the node needs",
             command::action::check);
  subcommand("reconcile",
             "do one full reconciliation and print what was added, changed and removed",
             command::action::reconcile)
      ->add_flag("--dry-run", result.dry_run,
                 "only list what would be changed; exit 3 when there are differences");
  add_watch_options(*subcommand("watch", "follow the changes of a running node until Ctrl-C",
                                command::action::watch),
                    result.watch);
  subcommand("migrate", "bring the database schema up to date", command::action::migrate);
  auto* history = add(app, "history", "work with the history of changes");
  history->require_subcommand(1);
  add(*history, "verify",
      "replay all changes and compare with the rows; exit 3 when there are differences")
      ->callback([&result] { result.what = command::action::verify_history; });

  auto reversed = arguments; // CLI11 reads them from the back
  std::ranges::reverse(reversed);
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    return exit_for(app, error);
  }
  return result;
}

} // namespace volumeviz::config
