#include "actors/fleet/overrides.hpp"
#include "actors/fleet/remoting.hpp"
#include "actors/node/node.hpp"
#include "actors/node/node_client.hpp"
#include "commands/actor_settings.hpp"
#include "commands/commands.hpp"
#include "commands/database.hpp"
#include "commands/descriptors.hpp"
#include "commands/docker_endpoint.hpp"
#include "commands/feed_parts.hpp"
#include "commands/link.hpp"
#include "commands/link_credentials.hpp"
#include "commands/node_name.hpp"
#include "commands/open_rows.hpp"
#include "commands/service_manager.hpp"
#include "commands/signals.hpp"
#include "commands/start_log.hpp"
#include "config/logging.hpp"
#include "docker/socket_watch.hpp"
#include "http/actor_view.hpp"
#include "http/server.hpp"
#include "runtime/memory.hpp"

#include <caf/all.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <unistd.h>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;
using config::exit_code;

// From the first signal to the end of the process, even when something hangs.
constexpr auto shutdown_limit = 10s;
// The most volumes, and the most containers: far more than a Docker host can have.
constexpr std::size_t rows_of_reporting_host = 200'000;

/// How often memory that a large list has needed is given back.
constexpr std::chrono::seconds trim_interval{20};

/// The parts of a running node, in the order in which they start. They are destroyed in reverse.
class service {
public:
  service(const config::settings& settings,
          std::shared_ptr<const identity::credentials> credentials,
          std::shared_ptr<spdlog::logger> log, const process_signals& signals)
      : settings_(settings), credentials_(std::move(credentials)), log_(std::move(log)),
        signals_(signals), actor_settings_(settings) {}

  /// Why the node can't start; nothing when it runs.
  std::optional<failure> start() {
    auto daemon = docker::connect_to(docker_endpoint(settings_), keeper_);
    if (!daemon)
      return daemon.error();
    auto database = database_of(settings_);
    database.keeper = keeper_;
    auto rows = open_rows_of(settings_, database);
    if (!rows)
      return rows.error();
    rows_ = std::move(*rows);
    // Agents of a hub may be hostile; a node trusts its own daemon.
    if (settings_.role == config::node_role::hub)
      database.rows_of_host = rows_of_reporting_host;
    start_actors(*daemon, database);
    auto server = http::start({.listen = settings_.http_listen,
                               .auth_token = settings_.http_auth_token,
                               .allowed_hosts = settings_.http_allowed_hosts,
                               .feed = feed_of(commits_, numbers_),
                               .before_metrics = refreshing(counts_)},
                              *view_, rows_.stored());
    if (!server) {
      // The actors run already, and the destructor of the actor system waits for them.
      client_->stop();
      return server.error();
    }
    server_ = std::move(*server);
    log_->info("listening on http://{}",
               to_string(text::host_port{settings_.http_listen.host, server_->port()}));
    if (settings_.role == config::node_role::hub)
      return accept_agents();
    if (settings_.events_enabled)
      watch_.emplace(docker_endpoint(settings_));
    else
      log_->warn("the events system is off: the node serves only health and metrics (set "
                 "EVENTS_ENABLED=true)");
    return std::nullopt;
  }

  /// Returns after a signal, or when the root actor has given up.
  exit_code run() {
    service_manager::ready(server_->port());
    const auto watchdog = service_manager::watchdog_interval();
    while (!gave_up_) {
      const auto caught = wait_until(steady::now() + watchdog.value_or(trim_interval));
      if (caught == SIGTERM || caught == SIGINT) {
        log_->info("stopping: finishing what was accepted");
        return stop();
      }
      if (caught)
        continue;
      if (watchdog)
        notify_watchdog();
      give_memory_back();
    }
    log_->error("too many actors died in a short time; exiting, so that the service manager starts "
                "the node again");
    return exit_code::failed;
  }

private:
  using steady = std::chrono::steady_clock;

  /// The next signal, or nothing at `deadline`. Meanwhile a new socket of the daemon ends the
  /// stream's backoff.
  std::optional<int> wait_until(steady::time_point deadline) {
    const auto changes = watch_ ? watch_->descriptor() : -1;
    while (!gave_up_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady::now());
      if (left <= 0ms)
        break;
      const auto next_try = watch_ ? watch_->next_try() : std::nullopt;
      if (const auto caught = signals_.wait(std::min(left, next_try.value_or(left)), changes))
        return caught;
      if (watch_ && watch_->appeared())
        client_->wake_stream();
    }
    return {};
  }

  std::optional<failure> accept_agents() {
    auto front = open_front(gate_, front_of(settings_, *security_, members_));
    if (!front) {
      client_->stop();
      return front.error();
    }
    front_ = std::move(*front);
    log_->info("waiting for agents on {}{}",
               to_string(text::host_port{settings_.hub_listen.host, front_->port()}),
               uses_tls(settings_) ? " (mutual TLS)" : "");
    return std::nullopt;
  }

  void start_actors(std::shared_ptr<const docker::daemon> daemon,
                    const persistence::database& database) {
    if (rows_.counter)
      counts_ = std::make_shared<row_counts>(
          std::move(rows_.counter), numbers_,
          settings_.role == config::node_role::hub ? "" : settings_.node_name);
    node_parts parts{.settings = settings_,
                     .daemon = std::move(daemon),
                     .make_store = [database]() -> std::shared_ptr<persistence::store> {
                       auto store = persistence::open_store(database);
                       if (!store)
                         throw std::runtime_error(store.error().text);
                       return std::move(*store);
                     },
                     .committed = listeners_of_commits(commits_, counts_),
                     .numbers = numbers_,
                     .log = log_,
                     .seed = std::random_device{}()};
    if (settings_.role != config::node_role::standalone)
      connect_link(parts);
    system_ = std::make_unique<caf::actor_system>(actor_settings_);
    auto handles = start_node(*system_, parts);
    gate_ = handles.gate;
    handles.node->attach_functor([this](const caf::error&) {
      gave_up_ = true;
      signals_.end_wait();
    });
    client_ = std::make_unique<node_client>(*system_, handles);
    view_ = std::make_unique<http::actor_view>(*client_, settings_.node_name);
  }

  void connect_link(node_parts& parts) {
    security_.emplace(settings_, credentials_, parts.numbers, log_);
    if (settings_.role == config::node_role::agent)
      dialer_ = make_dialer(*security_);
    parts.link = make_link(rows_.rows.get(), dialer_);
    members_ = parts.link.members;
  }

  exit_code stop() {
    service_manager::stopping();
    auto deadline = steady::now() + shutdown_limit;
    std::jthread orderly([this] { client_->stop(); });
    while (!gave_up_) {
      auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady::now());
      auto caught = left > 0ms ? signals_.wait(left) : std::nullopt;
      if (caught == SIGTERM || caught == SIGINT) {
        log_->warn("a second signal: stopping at once");
        log_->flush();
        std::_Exit(static_cast<int>(exit_code::failed));
      }
      if (!caught) {
        log_->error("the node did not stop within {} s; exiting", shutdown_limit.count());
        log_->flush();
        std::_Exit(static_cast<int>(exit_code::fine));
      }
    }
    // The remaining threads end by themselves. If one of them hangs, the process must end all the
    // same.
    std::thread([] {
      std::this_thread::sleep_for(3s);
      std::_Exit(static_cast<int>(exit_code::fine));
    }).detach();
    log_->info("stopped");
    return exit_code::fine;
  }

  /// Notifies the watchdog only if all core actors respond, so that a hung node is restarted.
  void notify_watchdog() {
    auto silent = client_->unresponsive();
    if (silent.empty())
      service_manager::alive();
    else
      log_->error("actor={} does not respond", fmt::to_string(fmt::join(silent, ",")));
  }

  /// Of all calls to Docker and to the database.
  const std::shared_ptr<deadline_keeper> keeper_ = std::make_shared<deadline_keeper>();
  config::settings settings_;
  std::shared_ptr<const identity::credentials> credentials_; ///< null without TLS
  std::shared_ptr<spdlog::logger> log_;
  const process_signals& signals_;
  std::atomic<bool> gave_up_{false};
  actor_settings actor_settings_;
  open_rows rows_;
  const std::shared_ptr<metrics::catalogue> numbers_ =
      std::make_shared<metrics::catalogue>(settings_.role);
  const std::shared_ptr<bell> commits_ = std::make_shared<bell>(); ///< rings after each commit
  std::shared_ptr<row_counts> counts_;                             ///< null on an agent
  std::optional<link_security> security_;                          ///< agent and hub
  std::shared_ptr<wire::dialer> dialer_;                           ///< agent; outlives the actors
  std::shared_ptr<wire::member_registry> members_;                 ///< hub
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<node_client> client_;
  std::unique_ptr<http::actor_view> view_;
  std::unique_ptr<http::server> server_;
  hub_gate_actor gate_; ///< null unless hub
  std::unique_ptr<wire::hub_front> front_;
  std::optional<docker::socket_watch> watch_;
};

} // namespace

exit_code serve(const config::settings& given) {
  auto settings = given;
  const process_signals signals;
  config::log_output output(settings);
  const auto& log = output.logger();
  if (waits_for_name(settings)) {
    const auto stopped_within = [&signals](std::chrono::milliseconds limit) {
      const auto caught = signals.wait(limit);
      return caught == SIGTERM || caught == SIGINT;
    };
    if (auto ended = wait_for_name(settings, *log, stopped_within))
      return *ended;
  }
  auto credentials = link_credentials(settings);
  if (!credentials) {
    for (const auto& complaint : credentials.error())
      fmt::print(stderr, "{}\n", complaint);
    return exit_code::wrong_settings;
  }
  log_start(settings, *log);
  const auto overridden = check_overrides(settings.role);
  if (!overridden) {
    log->error("couldn't start: {}", overridden.error().text);
    return exit_code::failed;
  }
  if (!overridden->empty())
    log->warn("{}", *overridden);
  if (settings.role == config::node_role::hub)
    allow_many_descriptors();
  service node(settings, std::move(*credentials), log, signals);
  if (auto why = node.start()) {
    log->error("couldn't start: {}", why->text);
    return exit_code::failed;
  }
  return node.run();
}

} // namespace volumeviz::commands
