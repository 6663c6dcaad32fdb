#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"

namespace volumeviz::commands {

/// Runs the node until SIGTERM or SIGINT.
config::exit_code serve(const config::settings& settings);

/// Tries each thing that the node needs, and prints a line for each: what fails has its cause and
/// what to do.
config::exit_code check(const config::settings& settings);

/// Does one full reconciliation and prints the changes; with `dry_run` it only prints them.
config::exit_code reconcile(const config::settings& settings, bool dry_run);

/// Follows the feed of a running node and prints each change, until SIGTERM or SIGINT.
config::exit_code watch(const config::settings& settings,
                        const config::command::watch_options& options);

/// Brings the database's schema up to date.
config::exit_code migrate(const config::settings& settings);

/// Replays the history, compares it with the rows, and prints the differences.
config::exit_code verify_history(const config::settings& settings);

} // namespace volumeviz::commands
