#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "docker/client.hpp"

namespace volumeviz::commands {

/// Runs the node until SIGTERM or SIGINT.
config::exit_code serve(const config::settings& settings);

/// Tries each thing that the node needs; one line each on standard output, with the cause and the
/// cure of what fails.
config::exit_code check(const config::settings& settings);

/// One full reconciliation; what was, or with `dry_run` would be, changed goes to standard output.
config::exit_code reconcile(const config::settings& settings, bool dry_run);

/// Brings the database's schema up to date.
config::exit_code migrate(const config::settings& settings);

/// The daemon that the settings name.
docker::endpoint docker_endpoint(const config::settings& settings);

} // namespace volumeviz::commands
