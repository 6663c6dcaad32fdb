#include "tests/simulation/world.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

// From the end of all troubles until everything is right and proven; what takes longest is a
// resource whose looks have failed again and again (15 s), then an audit.
constexpr auto patience = 45;
// The API's lag, the second look, and a good second.
constexpr auto prompt = 3s;
// The service manager's.
constexpr auto process_restart = 500ms;
constexpr auto question_limit = 1s;

} // namespace

world::world(machine& by, const schedule& what, const variant& node)
    : runs_(by), schedule_(what), variant_(node),
      daemon_(std::make_shared<model_daemon>(
          by, [this] { return our_time(); }, what.habits)),
      store_(std::make_shared<model_store>()), oracle_(*daemon_) {
  runs_.begin(schedule_.order);
  runs_.others = [this] { return daemon_->active(); };
  runs_.happen = [this](std::size_t i) {
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
  store_->meanwhile = [this] { happen_inside(moment::during_write); };
  store_->committed = [this](const std::vector<write_summary>& done) {
    if (const auto why = oracle_.after_commit(done, store_->rows()))
      broken(*why);
  };
  if (variant_.daemon)
    variant_.daemon(*daemon_);
}

world::~world() {
  life_.reset();
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
  live_through_steps();
  if (broken_.empty())
    go_quiet();
  return {broken_, runs_.now() - quiet_since_, runs_.turns(), processes_};
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
  parts.settings.reconcile_interval = 0ms; // nobody may need it
  parts.daemon = variant_.access ? variant_.access(daemon_) : std::make_shared<access>(daemon_);
  parts.make_store = [this] {
    return variant_.store ? variant_.store(store_) : std::shared_ptr<persistence::store>{store_};
  };
  parts.numbers = life_->numbers;
  parts.log = log_;
  parts.now = [this] {
    if (!reading_ && defects_in_clock_ > 0) {
      --defects_in_clock_;
      oracle_.orphans = true;
      throw std::runtime_error("a defect in a handler");
    }
    return our_time();
  };
  parts.seed = schedule_.order;
  parts.own_threads = false;
  parts.run_stream = [daemon = daemon_](std::shared_ptr<docker::event_stream> stream,
                                        docker::stream_sinks sinks,
                                        std::function<void(failure &&)> ended) {
    daemon->start(stream, std::move(sinks), std::move(ended));
    return std::jthread{};
  };
  for (auto* limits : {&parts.volume_limits, &parts.container_limits}) {
    limits->batch_max = schedule_.batch_max;
    limits->list_above = schedule_.list_above;
    limits->keys_max = schedule_.keys_max;
  }
  parts.audits.backlog = schedule_.habits.backlog;
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
    happen_late();
    if (x.when == moment::at_once || !life_)
      happen(x);
    else
      inside_.push_back(x);
    // Now and then the next thing happens before anybody has heard of this.
    if (runs_.one_in(2))
      runs_.run();
  }
  if (!life_)
    start_node();
}

void world::happen_inside(moment when) {
  for (auto i = inside_.begin(); i != inside_.end(); ++i)
    if (i->when == when) {
      const auto x = *i;
      inside_.erase(i);
      const auto reading = std::exchange(reading_, false);
      happen(x);
      reading_ = reading;
      return;
    }
}

void world::happen_late() {
  // Nobody called; it happens all the same.
  if (inside_.size() > 3) {
    const auto x = inside_.front();
    inside_.erase(inside_.begin());
    happen(x);
  }
}

void world::happen(const step& x) {
  if (narrating_)
    tell(step_in_words(x));
  last_happened_ = runs_.now();
  if (is_trouble(x.what))
    troubled_ = true;
  if (!happen_in_the_world(x)) {
    happen_to_the_daemon(x);
    happen_to_the_node(x);
  }
}

bool world::happen_in_the_world(const step& x) {
  if (x.what > op::calm)
    return false;
  if (daemon_->down || daemon_->hung)
    return true; // nobody can do anything with it
  switch (x.what) {
  case op::create_volume:
    create_volume(x.a);
    break;
  case op::remove_volume:
    remove_volume(x.a);
    break;
  case op::replace_volume:
    remove_volume(x.a);
    create_volume(x.a);
    break;
  case op::prune_volumes:
    prune_volumes();
    break;
  case op::create_container:
    create_container(x.a, x.b);
    break;
  case op::run_container:
    create_container(x.a, x.b);
    start_container(x.a);
    break;
  case op::start:
    start_container(x.a);
    break;
  case op::stop:
    stop_container(x.a, false);
    break;
  case op::die:
    stop_container(x.a, true);
    break;
  case op::restart:
    stop_container(x.a, false);
    start_container(x.a);
    break;
  case op::remove_container:
    remove_container(x.a);
    break;
  case op::replace_container:
    remove_container(x.a);
    create_container(x.a, x.b);
    start_container(x.a);
    break;
  case op::rename:
    rename_container(x.a);
    break;
  case op::pause:
    pause_container(x.a);
    break;
  case op::health:
    if (const auto id = container_in(x.a); daemon_->find_container(id) != nullptr)
      daemon_->announce(resource_kind::container, "health_status: healthy", id);
    break;
  case op::prune_containers:
    prune_containers();
    break;
  case op::chatter:
    chatter(x.span);
    break;
  case op::burst:
    burst(x.a, x.span);
    break;
  default:
    break;
  }
  return true;
}

void world::happen_to_the_daemon(const step& x) {
  const milliseconds span{x.span};
  switch (x.what) {
  case op::end_streams:
    daemon_->end_streams(x.b != 0);
    break;
  case op::hang:
    daemon_->hung = true;
    reader_stalled_ = true;
    watch_turns();
    later(span, [this] { daemon_->hung = false; });
    break;
  case op::restart_daemon:
    if (daemon_->down)
      break;
    daemon_->go_down();
    ++times_down_;
    later(span / 2, [this, n = x.a, time = times_down_] {
      if (daemon_->down && time == times_down_)
        change_without_event(n);
    });
    later(span, [this, time = times_down_] {
      if (!daemon_->down || time != times_down_)
        return;
      // What starts by itself does so before anybody is answered.
      start_container(0);
      daemon_->come_up();
    });
    break;
  case op::fail_calls: {
    constexpr ec codes[] = {ec::docker_unreachable, ec::docker_timeout, ec::docker_refused,
                            ec::docker_malformed};
    daemon_->troubles[x.a % questions] = {x.b, codes[x.span % 4]};
    break;
  }
  case op::plugin_down:
    daemon_->plugin_down = true;
    later(span, [this] { daemon_->plugin_down = false; });
    break;
  case op::stall_reader:
    daemon_->stalled = reader_stalled_ = true;
    later(span, [this] { daemon_->stalled = false; });
    break;
  case op::damage:
    damage(x.a, x.a);
    break;
  case op::repeat:
    daemon_->repeat_last();
    break;
  case op::set_clock: {
    const auto by = x.b != 0 ? -span : span;
    if (x.a != 1)
      clock_.set(runs_.now(), by);
    if (x.a == 0)
      daemon_->step -= by; // it stays
    if (x.a == 1)
      daemon_->step += by;
    break;
  }
  case op::fail_writes:
    store_->troubles = {x.b, static_cast<write_trouble>(x.a % write_troubles)};
    break;
  default:
    break;
  }
}

void world::happen_to_the_node(const step& x) {
  switch (x.what) {
  case op::delay_actor:
    delayed_until_[actor_names()[x.a]] = runs_.now() + milliseconds{x.span};
    later(milliseconds{x.span}, [] {});
    watch_turns();
    break;
  case op::kill_actor:
    killings_.push_back({x.a, x.b, x.b, x.span});
    watch_turns();
    break;
  case op::kill_node:
    killings_.push_back({static_cast<unsigned>(actor_names().size() - 1), 0, 0, 1});
    watch_turns();
    if (life_)
      caf::anon_send(life_->node.node, atom::tick_v);
    break;
  case op::defect:
    ++(x.a == 0 ? defects_in_clock_ : defects_in_calls_);
    break;
  case op::demand:
    if (life_ && !life_->over)
      caf::anon_send(life_->node.reconciler, atom::reconcile_v, reconcile_scope::full);
    break;
  default:
    break;
  }
}

void world::watch_turns() {
  runs_.judge = [this](actor_slot& who) { return judge(who); };
}

turn world::judge(actor_slot& who) {
  if (who.limit)
    queue_ = who.limit;
  const auto now = runs_.now();
  if (const auto i = delayed_until_.find(who.name); i != delayed_until_.end()) {
    if (now < i->second)
      return turn::waits;
    delayed_until_.erase(i);
  }
  const auto asks = who.name.ends_with("_inspector") || who.name == "stream_auditor";
  if (asks && daemon_->hung && !daemon_->down) {
    // The call that it is about to make gets no answer before its deadline.
    auto [i, is_new] = hung_until_.try_emplace(who.name, now + 4s);
    if (is_new)
      runs_.at(i->second, [] {});
    if (now < i->second)
      return turn::waits;
  }
  if (asks)
    hung_until_.erase(who.name);
  for (auto i = killings_.begin(); i != killings_.end(); ++i) {
    if (actor_names()[i->whom] != who.name || i->at-- > 0)
      continue;
    tell(who.name + " is killed");
    oracle_.orphans = true;
    if (life_ && who.name == "metrics_aggregator")
      life_->lost_numbers = true;
    i->at = i->again;
    if (--i->times == 0)
      killings_.erase(i);
    return turn::dies;
  }
  return turn::goes_on;
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
  for (auto& x : daemon_->troubles)
    x = {};
  store_->troubles = {};
  defects_in_clock_ = defects_in_calls_ = 0;
  delayed_until_.clear();
  hung_until_.clear();
  killings_.clear();
  runs_.judge = nullptr;
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
  for (auto i = 0; i < patience && broken_.empty(); ++i) {
    runs_.advance(1s);
    check_claim();
    wrong = not_right_yet();
    if (!wrong)
      break;
  }
  if (wrong)
    broken("not right after the quiet: " + *wrong);
  if (daemon_->held_up > 0 && !reader_stalled_)
    broken("the daemon was held up");
}

std::optional<std::string> world::not_right_yet() {
  if (!life_ || life_->over)
    return "the node does not run";
  if (auto wrong = oracle_.equal(store_->rows()))
    return wrong;
  const auto health = ask<health_report>(life_->node.health, atom::health_v);
  if (!health)
    return "nobody answers for the health";
  // A clock that was set forward makes the last event look old.
  const auto idle = clock_.was_set() && health->status == health_status::degraded;
  if (variant_.proves && health->status != health_status::healthy && !idle)
    return fmt::format("health is {}", to_string(health->status));
  const auto proven = health->events.verified_at;
  if (variant_.proves && (proven <= clock_.at(quiet_since_) || proven > our_time()))
    return "nothing is proven since";
  const auto numbers = ask<event_counters>(life_->node.metrics, atom::counters_v);
  if (!numbers)
    return "nobody knows the numbers";
  const auto read = daemon_->read->events + daemon_->read->damaged;
  const auto counted = numbers->processed + numbers->failed + numbers->dropped;
  if (counted > read || (counted < read && !life_->lost_numbers))
    return fmt::format("{} events read, but {} processed, {} failed, {} dropped", read,
                       numbers->processed, numbers->failed, numbers->dropped);
  if (numbers->waiting > 0)
    return "events wait";
  return std::nullopt;
}

void world::check_claim() {
  if (!life_ || life_->over || !variant_.proves)
    return;
  const auto health = ask<health_report>(life_->node.health, atom::health_v);
  if (!health || health->events.verified_at == never)
    return;
  const auto moment = clock_.moment_of(health->events.verified_at);
  if (const auto wrong = oracle_.proven(moment, store_->rows()))
    broken(fmt::format("proven until {} ms, but {}", moment.count() / 1'000'000, *wrong));
}

void world::demand_prompt() {
  if (troubled_ || !life_ || runs_.now() - std::max(started_at_, last_happened_) < prompt)
    return;
  if (const auto wrong = oracle_.equal(store_->rows()))
    broken("not prompt: " + *wrong);
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

template <class T, class Handle, class Word>
std::optional<T> world::ask(const Handle& whom, Word word) {
  auto answer = std::make_shared<std::optional<T>>();
  auto asker = runs_.caf().spawn([=](caf::event_based_actor* self) {
    self->request(whom, question_limit, word)
        .then([answer](T& x) { *answer = std::move(x); }, [](const caf::error&) {});
  });
  runs_.run();
  if (!*answer)
    caf::anon_send_exit(asker, caf::exit_reason::kill);
  return *answer;
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
