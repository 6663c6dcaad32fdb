#include "commands/node_name.hpp"

#include "commands/docker_endpoint.hpp"
#include "http/server.hpp"
#include "text/host_port.hpp"
#include "text/secrets.hpp"

#include <fmt/format.h>

#include <mutex>
#include <systemd/sd-daemon.h>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;
using config::exit_code;

constexpr docker::deadline ask_limit = 5s;
constexpr auto ask_again_after = 2s;

timestamp now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The node while it waits for its name: alive, but not ready, with the reason.
class waiting_node final : public http::node_view {
public:
  explicit waiting_node(node_role role) : role_(role) {}

  void because(const std::string& why) {
    const std::lock_guard lock(mutex_);
    why_ = why;
  }
  result<health_report> health() override {
    const auto why = reason();
    health_report report{.status = health_status::unhealthy,
                         .now = now(),
                         .checks = {{"docker", health_status::unhealthy, {why}}},
                         .events = {}};
    report.events.reasons = {why};
    return report;
  }
  std::vector<std::string> unresponsive() override { return {}; }
  std::vector<std::string> not_ready_because() override { return {reason()}; }
  result<reconcile_ticket> reconcile(reconcile_scope) override {
    return fail(ec::docker_unreachable, reason());
  }
  std::vector<actor_report> actors() override { return {}; }
  std::string metrics() override { return {}; }
  node_role role() const override { return role_; }

private:
  std::string reason() const {
    const std::lock_guard lock(mutex_);
    return "waiting for the Docker daemon's name, which is this host's name since NODE_NAME is not "
           "set in this container: "
           + why_;
  }

  const node_role role_;
  mutable std::mutex mutex_;
  std::string why_ = "not requested yet";
};

} // namespace

result<std::string> name_from_daemon(const config::settings& settings) {
  auto daemon = docker::connect_to(docker_endpoint(settings));
  if (!daemon)
    return tl::unexpected{daemon.error()};
  auto identity = (*daemon)->make_client()->identify(ask_limit);
  if (!identity)
    return tl::unexpected{identity.error()};
  if (!text::is_host_name(identity->name))
    return fail(ec::bad_request,
                "NODE_NAME is not set: the daemon's own name, " + text::in_quotes(identity->name)
                    + ", can't stand in for it; allowed is " + text::host_name_rule);
  return identity->name;
}

bool waits_for_name(const config::settings& settings) {
  return settings.node_name_from_daemon && settings.events_enabled;
}

std::optional<exit_code>
wait_for_name(config::settings& settings, spdlog::logger& log,
              const std::function<bool(std::chrono::milliseconds)>& stopped_within) {
  waiting_node view{settings.role};
  std::unique_ptr<http::server> server;
  for (;;) {
    auto name = name_from_daemon(settings);
    if (name) {
      log.info("this node runs in a container and NODE_NAME is not set: it uses the Docker "
               "daemon's own name, {}",
               *name);
      settings.node_name = std::move(*name);
      return std::nullopt;
    }
    if (name.error().code == ec::bad_request) {
      log.error("{}", name.error().text);
      return exit_code::wrong_settings;
    }
    view.because(name.error().text);
    if (!server) {
      log.warn("waiting for the Docker daemon, whose name this node uses (or set NODE_NAME): {}",
               name.error().text);
      auto started = http::start({.listen = settings.http_listen,
                                  .auth_token = settings.http_auth_token,
                                  .allowed_hosts = settings.http_allowed_hosts},
                                 view, {});
      if (!started) {
        log.error("couldn't start: {}", started.error().text);
        return exit_code::failed;
      }
      server = std::move(*started);
      settings.http_listen.port = server->port(); // the node uses the same port later
      log.info("listening on http://{}", to_string(settings.http_listen));
      sd_notify(0, "READY=1\nSTATUS=waiting for the Docker daemon");
    }
    sd_notify(0, "WATCHDOG=1");
    if (stopped_within(ask_again_after)) {
      log.info("stopped");
      return exit_code::fine;
    }
  }
}

} // namespace volumeviz::commands
