#include "tests/swarm/crowd.hpp"

#include "actors/fleet/hub_connector.hpp"
#include "actors/fleet/hub_link.hpp"
#include "actors/fleet/remoting.hpp"
#include "actors/platform/shell.hpp"
#include "identity/credentials.hpp"

#include <caf/io/all.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace volumeviz::swarm {

namespace {

/// An agent's settings, but with one worker, since many systems share a machine.
struct agent_system : caf::actor_system_config {
  agent_system() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", 1);
    set("logger.verbosity", caf::atom("quiet"));
    add_message_types<caf::id_block::volumeviz>();
    use_remoting(*this);
  }
};

/// Stands in for an agent's health reporter and metrics: always healthy, and counts nothing.
caf::behavior calm() {
  return {
      [](atom::health) {
        health_report well;
        well.status = health_status::healthy;
        well.events.connected = true;
        return well;
      },
      [](const store_report&) {},
  };
}

std::shared_ptr<spdlog::logger> silent_log() {
  auto log =
      std::make_shared<spdlog::logger>("swarm", std::make_shared<spdlog::sinks::null_sink_mt>());
  log->set_level(spdlog::level::off);
  return log;
}

std::string host_name(std::size_t number) {
  return fmt::format("host-{:05}", number);
}

struct link_files {
  std::string certificate, key, ca;
};

/// Files for the hosts of one system; none without a CA.
link_files files_for(const support::authority* ca, std::size_t first, std::size_t count) {
  if (ca == nullptr)
    return {};
  auto names = host_name(first);
  for (std::size_t i = 1; i < count; ++i)
    names += ",DNS:" + host_name(first + i);
  const auto made = ca->issue(support::agent_wish(names));
  return {.certificate = made.certificate, .key = made.key, .ca = ca->ca()};
}

std::shared_ptr<wire::dialer> dialer_with(const link_files& files) {
  if (files.certificate.empty())
    return std::make_shared<wire::dialer>(wire::dialer_parts{});
  auto loaded =
      identity::credentials::load({files.certificate, files.key, files.ca}, identity::side::agent);
  if (!loaded)
    throw std::runtime_error{"a certificate of the swarm: " + loaded.error().front().text};
  return std::make_shared<wire::dialer>(wire::dialer_parts{
      .credentials = [mine = *loaded] { return mine; }, .revoked = nullptr, .reports = {}});
}

} // namespace

struct crowd::machine {
  explicit machine(link_files of) : files(std::move(of)) {}

  link_files files;
  std::shared_ptr<wire::dialer> dialer = dialer_with(files);
  agent_system config;
  caf::actor_system system{config};
  connector_actor connector = start_connector(system, dialer);
  caf::actor calm = system.spawn(volumeviz::swarm::calm);
  std::shared_ptr<metrics::catalogue> numbers =
      std::make_shared<metrics::catalogue>(node_role::agent);
  std::shared_ptr<actor_slot> slot = std::make_shared<actor_slot>("hub_link");
};

crowd::crowd(const shape& what, const text::host_port& hub, const support::authority* ca)
    : hub_(hub), shape_(what) {
  for (std::size_t i = 0; i < what.systems; ++i)
    machines_.push_back(std::make_unique<machine>(files_for(ca, i * what.links, what.links)));
  for (std::size_t i = 0; i < what.systems * what.links; ++i)
    hosts_.push_back({.model = std::make_shared<host_model>(host_name(i), what.volumes,
                                                            what.containers, what.seed + i),
                      .stands = std::make_shared<standing>(),
                      .player = {},
                      .link = {}});
}

crowd::~crowd() {
  for (auto& x : hosts_) {
    caf::anon_send_exit(x.player, caf::exit_reason::kill);
    caf::anon_send_exit(x.link, caf::exit_reason::kill);
  }
  hosts_.clear();
  for (auto& x : machines_)
    for (const auto& each : {std::exchange(x->calm, nullptr),
                             caf::actor_cast<caf::actor>(std::exchange(x->connector, nullptr))})
      caf::anon_send_exit(each, caf::exit_reason::kill);
  // The systems end in the thread that created them: CAF keeps the last system in a thread-local,
  // and a system that ends in another thread would wait for it.
  machines_.clear();
}

void crowd::connect() {
  for (std::size_t i = 0; i < hosts_.size(); ++i)
    join(*machines_[i / shape_.links], hosts_[i], i);
}

void crowd::join(machine& on, member& x, std::uint64_t number) {
  x.player = on.system.spawn<player>(player_parts{
      .host = x.model, .stands = x.stands, .sees = sees_, .seed = shape_.seed + number});
  hub_link_parts parts;
  parts.program_version = "swarm";
  parts.incarnation = (shape_.seed << 32) + number + 1;
  parts.hub = hub_;
  parts.connector = on.connector;
  auto context = std::make_shared<actor_context>();
  context->host = x.model->name();
  context->log = silent_log();
  context->numbers = on.numbers;
  context->seed = shape_.seed + number;
  // One handle is enough: the player stands in for both handlers.
  context->handles.volumes = caf::actor_cast<resource_handler_actor>(x.player);
  context->handles.health = caf::actor_cast<health_reporter_actor>(on.calm);
  context->handles.metrics = caf::actor_cast<metrics_aggregator_actor>(on.calm);
  x.link = caf::actor_cast<caf::strong_actor_ptr>(
      on.system.spawn<shell<hub_link>>(on.slot, context_ptr{std::move(context)}, parts));
  caf::anon_send(x.player, atom::opened_v, x.link);
}

void crowd::change(double per_second) {
  const auto each = per_second * 1000 / static_cast<double>(hosts_.size());
  for (const auto& x : hosts_)
    caf::anon_send(x.player, atom::restart_v, static_cast<std::uint64_t>(each));
}

void crowd::mark() {
  for (auto& x : hosts_)
    x.marked = x.stands->admitted;
}

bool crowd::all_back() const {
  return std::ranges::all_of(hosts_, [](const auto& x) { return x.stands->admitted > x.marked; });
}

bool crowd::all_settled() const {
  return std::ranges::all_of(hosts_, [](const auto& x) { return x.stands->settled.load(); });
}

bool crowd::all_listed() const {
  return std::ranges::all_of(hosts_, [](const auto& x) { return x.stands->listings >= 2; });
}

} // namespace volumeviz::swarm
