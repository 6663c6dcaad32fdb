#include "tests/simulation/world.hpp"

#include "tests/simulation/history_checks.hpp"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

// Seconds from the end of all faults until everything is right and proven. What takes longest is a
// resource whose inspects have failed again and again (15 s), then an audit.
constexpr auto settle_rounds = 45;
// The service manager's.
constexpr auto process_restart = 500ms;

} // namespace

world::world(machine& by, const schedule& what, const variant& node)
    : runs_(by), schedule_(what), variant_(node),
      daemon_(std::make_shared<model_daemon>(
          by, [this] { return our_time(); }, what.habits)),
      oracle_(*daemon_) {
  runs_.begin(schedule_.order);
  make_database();
  if (schedule_.fleet)
    fleet_ = std::make_unique<fleet>(runs_, schedule_, variant_.link, *store_);
  runs_.others = [this] { return daemon_->active() + (fleet_ ? fleet_->ready() : 0); };
  runs_.happen = [this](std::size_t i) {
    if (fleet_ && i >= daemon_->active()) {
      fleet_->go_on(i - daemon_->active());
      return;
    }
    reading_ = true;
    daemon_->go_on(i);
    reading_ = false;
  };
  daemon_->meanwhile = [this](bool made_up) {
    happen_inside(made_up ? moment::after_answer : moment::before_answer);
    if (!made_up && defects_in_calls_ > 0) {
      --defects_in_calls_;
      oracle_.orphans = true;
      throw std::runtime_error("a defect in the client");
    }
  };
  daemon_->in_the_gap = [this] { happen_inside(moment::in_the_gap); };
  if (variant_.daemon)
    variant_.daemon(*daemon_);
}

world::~world() {
  life_.reset();
  if (fleet_)
    fleet_->end();
  runs_.end();
}

outcome world::run() {
  static const auto silent =
      std::make_shared<spdlog::logger>("node", std::make_shared<spdlog::sinks::null_sink_st>());
  silent->set_level(spdlog::level::off);
  log_ = silent;
  if (narrating_) {
    log_ =
        std::make_shared<spdlog::logger>("node", std::make_shared<spdlog::sinks::stdout_sink_st>());
    log_->set_pattern("          %l: %v");
    log_->set_level(spdlog::level::debug);
  }
  if (fleet_)
    start_fleet();
  live_through_steps();
  if (broken_.empty())
    go_quiet();
  return {broken_, runs_.now() - quiet_since_, runs_.turns(), processes_};
}

void world::start_fleet() {
  fleet_->start({.make_store = [this] { return make_store(); },
                 .now = [this] { return our_time(); },
                 .log = log_,
                 .tell = [this](const std::string& what) { tell(what); },
                 .hub_is_gone =
                     [this] {
                       oracle_.orphans = true;
                       for (const auto& name : fleet_actor_names())
                         delayed_until_.erase(name);
                     },
                 .database_went_back =
                     [this] {
                       if (daemon_->plugin_absent)
                         forget_plugin_volumes();
                     }});
}

const std::string& world::called(const actor_slot& who) const {
  return fleet_ ? fleet_->called(who) : who.name;
}

void world::start_node() {
  ++processes_;
  life_ = std::make_unique<life>();
  life_->numbers = std::make_shared<metrics::catalogue>();
  daemon_->read = std::make_shared<reading>();
  node_parts parts;
  parts.settings.events_enabled = true;
  parts.settings.node_name = "h";
  parts.settings.events_queue_size = schedule_.queue;
  parts.settings.backoff_min = 100ms;
  parts.settings.backoff_max = 2'000ms;
  parts.settings.reconcile_interval = 0ms; // the promises must hold without periodic runs
  parts.daemon = variant_.access ? variant_.access(daemon_) : std::make_shared<access>(daemon_);
  parts.make_store = [this] { return make_store(); };
  parts.numbers = life_->numbers;
  parts.log = log_;
  parts.now = [this] {
    if (!reading_ && defects_in_clock_ > 0) {
      --defects_in_clock_;
      oracle_.orphans = needs_reconciliation_ = true;
      throw std::runtime_error("a defect in a handler");
    }
    return our_time();
  };
  parts.seed = schedule_.order;
  parts.run_stream = [daemon = daemon_](std::shared_ptr<docker::event_stream> stream,
                                        docker::stream_sinks sinks,
                                        std::function<void(failure &&)> ended) {
    daemon->start(stream, std::move(sinks), std::move(ended));
    return std::jthread{};
  };
  for (auto* limits : {&parts.volume_limits, &parts.container_limits}) {
    limits->retry_max = 15s; // of minutes: what is crippled may be cured without a word
    limits->batch_max = schedule_.batch_max;
    limits->list_above = schedule_.list_above;
    limits->keys_max = schedule_.keys_max;
  }
  parts.audits.backlog = schedule_.habits.backlog;
  parts.audits.ring = schedule_.habits.ring;
  if (fleet_)
    fleet_->make_agent(parts);
  if (variant_.node)
    variant_.node(parts);
  started_at_ = runs_.now();
  life_->node = volumeviz::start_node(runs_.caf(), parts);
  runs_.keep(caf::actor_cast<caf::strong_actor_ptr>(life_->node.node));
  caf::actor_cast<caf::abstract_actor*>(life_->node.node)
      ->attach_functor([this, of = life_.get()](const caf::error& why) {
        if (life_.get() == of)
          node_died(why);
      });
  if (variant_.reader_waits) {
    watch_turns();
    daemon_->reader_waits = [this] { return queue_ && queue_->waiting() > 0; };
  }
}

void world::node_died(const caf::error& why) {
  tell("the process ends");
  if (!why)
    broken("the process ended by itself and without an error");
  life_->over = true;
  queue_ = nullptr;
  daemon_->close_streams();
  delayed_until_.clear();
  if (fleet_)
    fleet_->agent_died();
  end_process();
  later(process_restart, [this] { start_node(); });
}

void world::live_through_steps() {
  std::size_t i = 0;
  for (const auto& x : schedule_.steps) {
    if (i++ == schedule_.before_start)
      start_node();
    if (x.before > 0ms) {
      runs_.advance(x.before);
      check_claim();
      if (x.before >= prompt)
        demand_prompt();
    }
    if (!broken_.empty())
      return;
    follow_history();
    happen_late();
    if (x.when == moment::at_once || !life_)
      happen(x);
    else
      inside_.push_back(x);
    // Now and then the next step happens before any actor runs.
    if (runs_.one_in(2))
      runs_.run();
  }
  if (!life_)
    start_node();
}

void world::heal() {
  while (!inside_.empty()) {
    const auto x = inside_.front();
    inside_.erase(inside_.begin());
    happen(x);
  }
  // Daemons that are away come back by themselves; all other troubles end here.
  daemon_->hung = daemon_->stalled = daemon_->plugin_down = false;
  if (daemon_->down) {
    change_without_event(1);
    daemon_->come_up();
  }
  if (!plugin_lasts_)
    find_plugin();
  for (auto& x : daemon_->troubles)
    x = {};
  std::erase_if(daemon_->crippled, [](const auto& x) { return !x.second.lasting; });
  for (const auto& [key, x] : daemon_->malformed)
    daemon_->mend(key);
  database_->troubles = {};
  database_->unlock();
  defects_in_clock_ = defects_in_calls_ = 0;
  delayed_until_.clear();
  hung_until_.clear();
  killings_.clear();
  runs_.judge = nullptr;
  if (fleet_)
    fleet_->heal();
}

void world::go_quiet() {
  if (!troubled_) {
    heal();
    runs_.advance(prompt);
    demand_prompt();
  }
  heal();
  tell("all is quiet");
  quiet_since_ = runs_.now();
  std::optional<std::string> wrong;
  for (auto i = 0; i < settle_rounds && broken_.empty(); ++i) {
    runs_.advance(1s);
    check_claim();
    follow_history();
    if (i % 10 == 9)
      reconcile_tampered();
    wrong = not_right_yet();
    if (!wrong)
      break;
  }
  if (wrong)
    broken("not right after the quiet: " + *wrong);
  if (daemon_->held_up > 0 && !reader_stalled_)
    broken("the daemon was held up");
  judge_history();
}

void world::broken(const std::string& promise) {
  tell("BROKEN: " + promise);
  if (broken_.empty())
    broken_ = promise;
}

void world::tell(const std::string& what) const {
  if (narrating_)
    std::printf("%6lld ms: %s\n", static_cast<long long>(runs_.now().count() / 1'000'000),
                what.c_str());
}

outcome live(machine& by, const schedule& what, const variant& node, bool narrate) {
  auto mine = what;
  if (node.always)
    node.always(mine);
  world all{by, mine, node};
  if (narrate)
    all.narrate();
  return all.run();
}

} // namespace volumeviz::simulation
