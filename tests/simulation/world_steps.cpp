// What a step of a schedule does, and to whom.

#include "tests/simulation/world.hpp"

#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

// ms: clients give up after five seconds, an audit every five seconds notices such a hang, and one
// second is added.
constexpr unsigned client_patience = 6'100;

} // namespace

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
  // No call was made; it happens all the same.
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
  if (is_of_link(x.what)) {
    // What is under way comes late, whatever was said since.
    oracle_.orphans |= is_trouble(x.what);
    if (fleet_)
      fleet_->happen(x);
    return;
  }
  if (!happen_in_the_world(x)) {
    happen_to_the_daemon(x);
    happen_to_the_database(x);
    happen_to_the_node(x);
  }
}

bool world::happen_in_the_world(const step& x) {
  if (x.what > op::calm)
    return false;
  if (daemon_->down || daemon_->hung)
    return true; // no client can do anything with it
  if (x.what >= op::create_container && x.what <= op::health
      && daemon_->is_ghost(container_in(x.a)))
    return true;
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
    later(span, [this, x, hang = ++hangs_, time = times_down_] {
      // It may have been woken before, or hang for another reason by now.
      if (hang != hangs_ || !std::exchange(daemon_->hung, false))
        return;
      if (x.b < 3 && x.span > client_patience && time == times_down_)
        remove_without_event(x.a);
    });
    break;
  case op::restart_daemon:
    if (daemon_->down)
      break;
    daemon_->go_down();
    ++times_down_;
    if (x.b % 4 == 1)
      lose_plugin(3 * span + 1s, false);
    else if (x.b == 7)
      lose_plugin({}, true);
    later(span / 2, [this, n = x.a, time = times_down_] {
      if (daemon_->down && time == times_down_)
        change_without_event(n);
    });
    later(span, [this, time = times_down_] {
      if (!daemon_->down || time != times_down_)
        return;
      // What starts by itself does so before any request is answered.
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
  case op::cripple:
    cripple(x.a, x.b, span);
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
      daemon_->set_clock(by);
    if (x.a == 2)
      daemon_->set_clock(0ns); // ours is its, too
    break;
  }
  case op::malform:
    malform(x.a, x.b, span);
    break;
  default:
    break;
  }
}

void world::happen_to_the_node(const step& x) {
  switch (x.what) {
  case op::delay_actor:
    delayed_until_[actor_name(x.a)] = runs_.now() + milliseconds{x.span};
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
      caf::anon_send(life_->node.node, atom::alive_due_v);
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
  if (who.limit) {
    queue_ = who.limit;
    queue_was_full_ |= queue_->high_water() >= queue_->limit();
  }
  const auto now = runs_.now();
  const auto& name = called(who);
  if (const auto i = delayed_until_.find(name); i != delayed_until_.end()) {
    if (fleet_)
      fleet_->disturb();
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
    if (actor_name(i->whom) != name || i->at-- > 0)
      continue;
    tell(name + " is killed");
    oracle_.orphans = true;
    // With the answer of the store that says so, the node forgets that its lock was lost.
    needs_reconciliation_ |= who.name != "inventory_store";
    if (fleet_)
      fleet_->disturb();
    if (life_ && who.name == "metrics_aggregator")
      life_->lost_numbers = true;
    i->at = i->again;
    if (--i->times == 0)
      killings_.erase(i);
    return turn::dies;
  }
  return turn::goes_on;
}

} // namespace volumeviz::simulation
