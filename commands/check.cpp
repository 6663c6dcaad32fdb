#include "commands/check_hub.hpp"
#include "commands/commands.hpp"
#include "commands/docker_endpoint.hpp"
#include "commands/link_credentials.hpp"
#include "commands/node_name.hpp"
#include "docker/inspect_trial.hpp"
#include "docker/path_trial.hpp"
#include "http/listening_socket.hpp"
#include "persistence/schema_state.hpp"
#include "persistence/store.hpp"
#include "persistence/trial.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <unistd.h>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;

// As in the alert VolumevizCertificateExpires.
constexpr std::chrono::days renew_within{14};
constexpr std::size_t named_at_most = 5;

/// Prints a line for each finding, and remembers whether all are fine.
class findings {
public:
  void fine(const std::string& what, const std::string& how) { print("ok  ", what, how); }
  void bad(const std::string& what, const std::string& why) {
    print("FAIL", what, why);
    all_fine_ = false;
  }
  void note(const std::string& what, const std::string& text) { print("note", what, text); }
  bool all_fine() const noexcept { return all_fine_; }

private:
  static void print(const char* verdict, const std::string& what, const std::string& text) {
    fmt::print("{}  {:<12} {}\n", verdict, what, text);
    std::fflush(stdout);
  }
  bool all_fine_ = true;
};

/// Requests each path, since a proxy in front of the socket may refuse some of them. Paths that
/// fail for the same cause share a line. True when all are answered.
bool check_docker_paths(const config::settings& settings, findings& found) {
  const auto asked = docker::try_paths(docker_endpoint(settings), 5s);
  if (!asked) {
    found.bad("docker paths", asked.error().text);
    return false;
  }
  std::map<std::string, std::vector<std::string>> by_cause;
  for (const auto& each : *asked)
    if (each.why)
      by_cause[each.why->text.substr(each.why->text.find(": ") + 2)].push_back(each.path);
  for (const auto& [cause, paths] : by_cause)
    found.bad("docker paths", fmt::format("couldn't get {}: {}", fmt::join(paths, ", "), cause));
  if (by_cause.empty())
    found.fine("docker paths",
               fmt::format("all {} that the node uses are answered", asked->size()));
  return by_cause.empty();
}

/// Failures are notes only: the daemon's lists replace the inspects of such a resource.
void check_inspects(docker::client& daemon, findings& found) {
  const auto all = docker::try_inspects(daemon, 500ms, 5s);
  if (!all) {
    found.note("inspects", "not tried: " + all.error().text);
    return;
  }
  const auto of = all->tried == all->listed ? "all" : fmt::format("{} of", all->tried);
  if (all->failed.empty())
    found.fine("inspects", fmt::format("{} {} listed containers and volumes can be inspected", of,
                                       all->listed));
  for (std::size_t i = 0; i < all->failed.size(); ++i) {
    if (i == named_at_most) {
      found.note("inspects", fmt::format("{} more can't be inspected", all->failed.size() - i));
      break;
    }
    const auto& x = all->failed[i];
    found.note("inspects",
               fmt::format("{} {} can't be inspected; its row follows the daemon's list{}: {}",
                           to_string(x.kind), x.name,
                           x.kind == resource_kind::container ? ", and its times are unknown" : "",
                           x.why));
  }
}

void check_docker(const config::settings& settings, findings& found) {
  auto daemon = docker::connect_to(docker_endpoint(settings));
  if (!daemon) {
    found.bad("docker", daemon.error().text);
    return;
  }
  const auto client = (*daemon)->make_client();
  auto identity = client->identify(5s);
  if (identity) {
    found.fine("docker",
               fmt::format("{} answers at {}",
                           identity->podman ? "Podman" : "Docker " + identity->engine_version,
                           settings.docker_host));
    found.fine("docker api",
               fmt::format("version {}, which both sides support", identity->api_version));
    if (check_docker_paths(settings, found))
      check_inspects(*client, found);
  } else if (identity.error().code != ec::docker_refused || check_docker_paths(settings, found)) {
    // Otherwise the lines about the paths say which one was refused, and why.
    found.bad("docker", identity.error().text);
  }
}

/// Stores the name in the settings, for the checks that follow.
void check_node_name(config::settings& settings, findings& found) {
  if (!waits_for_name(settings))
    found.fine("node name", settings.node_name);
  else if (const auto name = name_from_daemon(settings))
    found.fine("node name", (settings.node_name = *name)
                                + ", the Docker daemon's own, since NODE_NAME is not set in this "
                                  "container");
  else
    found.bad("node name",
              "NODE_NAME is not set in this container, so the Docker daemon's own name "
              "is needed: "
                  + name.error().text);
}

void check_database(const config::settings& settings, findings& found) {
  auto where = persistence::display_url(settings.database_url);
  auto state = persistence::read_schema_state({.url = settings.database_url});
  if (!state) {
    found.bad(state.error().code == ec::store_schema ? "schema" : "database", state.error().text);
    return;
  }
  found.fine(
      "database",
      where + (state->exists ? " answers" : " does not exist yet; serve and migrate create it"));
  if (state->found == state->wanted)
    found.fine("schema", fmt::format("version {}, the one that this program needs", state->found));
  else
    found.fine("schema", fmt::format("version {}; serve and migrate upgrade it to {}", state->found,
                                     state->wanted));
  if (auto written = persistence::try_to_write({.url = settings.database_url}); !written)
    found.bad(written.error().code == ec::store_schema ? "schema" : "writing",
              written.error().text);
  else
    found.fine("writing", "works (tried and rolled back)");
}

void check_hub(const config::settings& settings, findings& found) {
  if (auto answer = try_hub(settings))
    found.fine("hub", *answer);
  else
    found.bad("hub", answer.error().text);
}

void check_port(const char* what, const char* setting, const text::host_port& address,
                findings& found) {
  if (const auto socket = http::listening_socket(address, setting)) {
    ::close(*socket);
    found.fine(what, to_string(address) + " is free");
  } else {
    found.bad(what, socket.error().text);
  }
}

void check_hub_tls(const config::settings& settings, findings& found) {
  if (settings.role == config::node_role::standalone)
    return;
  auto credentials = link_credentials(settings);
  if (!credentials) {
    for (const auto& complaint : credentials.error())
      found.bad("hub tls", complaint);
    return;
  }
  if (*credentials == nullptr) {
    found.fine("hub tls", "off: HUB_TLS_CERT, HUB_TLS_KEY and HUB_TLS_CA are not set");
    return;
  }
  auto ends = std::chrono::nanoseconds{(*credentials)->expires_at()};
  auto left = std::chrono::floor<std::chrono::days>(
      ends - std::chrono::system_clock::now().time_since_epoch());
  found.fine("hub tls", fmt::format("a certificate for {}; it expires in {} days{}",
                                    fmt::join((*credentials)->names(), ", "), left.count(),
                                    left < renew_within ? ": renew it now" : ""));
}

} // namespace

config::exit_code check(const config::settings& given) {
  auto settings = given;
  using role = config::node_role;
  findings found;
  for (const auto& notice : settings.notices)
    found.note("settings", notice);
  if (settings.role != role::hub)
    check_docker(settings, found);
  check_node_name(settings, found);
  if (settings.role == role::agent)
    check_hub(settings, found);
  else
    check_database(settings, found);
  check_port("http", "HTTP_LISTEN", settings.http_listen, found);
  if (settings.role == role::hub)
    check_port("agents", "HUB_LISTEN", settings.hub_listen, found);
  check_hub_tls(settings, found);
  return found.all_fine() ? config::exit_code::fine : config::exit_code::failed;
}

} // namespace volumeviz::commands
