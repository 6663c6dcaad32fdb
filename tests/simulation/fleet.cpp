#include "tests/simulation/fleet.hpp"

#include "actors/platform/instrumented.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

// The service manager's.
constexpr auto hub_restart = 500ms;
constexpr std::size_t backups_max = 9;

support::memory_rows rows_of_another_host() {
  support::memory_rows rows;
  rows.volumes["v0"].name = "v0";
  rows.containers["other"].id = "other";
  return rows;
}

actor_slot* root_of(const node_actor& node) {
  auto* root =
      dynamic_cast<instrumented<node_actor::base>*>(caf::actor_cast<caf::abstract_actor*>(node));
  return root == nullptr ? nullptr : &root->slot();
}

} // namespace

fleet::fleet(machine& runs, const schedule& what, const tampering& how, model_store& store)
    : runs_(runs), schedule_(what), how_(how), store_(store), others_rows_(rows_of_another_host()) {
  store_.put("other", others_rows_);
}

fleet::~fleet() = default;

void fleet::start(fleet_surroundings around) {
  around_ = std::move(around);
  start_hub();
}

void fleet::end() {
  hub_up_ = false;
  ++hubs_;
  ++agents_;
  for (const auto& x : links_)
    x->cut(runs_.now(), runs_.now());
  while (ready() > 0)
    go_on(0);
}

void fleet::make_agent(node_parts& parts) {
  const auto process = ++agents_;
  parts.settings.role = node_role::agent;
  parts.settings.hub_address = text::host_port{"hub", 4711};
  parts.numbers = std::make_shared<metrics::catalogue>(node_role::agent);
  parts.link.program_version = "1.0";
  parts.link.incarnation = process;
  parts.link.chunk_bytes = schedule_.chunk_bytes;
  parts.link.make_connector = [this, process](caf::actor_system& system) {
    auto made = system.spawn([this, process](caf::event_based_actor*) {
      return caf::behavior{[this, process](caf::connect_atom, const std::string&, std::uint16_t) {
        return connect(process);
      }};
    });
    runs_.keep(caf::actor_cast<caf::strong_actor_ptr>(made));
    return caf::actor_cast<connector_actor>(made);
  };
}

caf::result<caf::node_id, caf::strong_actor_ptr, std::set<std::string>>
fleet::connect(unsigned process) {
  if (process != agents_)
    return caf::make_error(caf::sec::cannot_connect_to_node);
  // CAF keeps a connection for as long as it has not heard that it is broken.
  if (!link_ || !link_->open(side::agent)) {
    if (!hub_up_)
      return caf::make_error(caf::sec::cannot_connect_to_node);
    link_ = make_link();
  }
  return {runs_.caf().node(),
          link_->seen_from(side::agent, caf::actor_cast<caf::strong_actor_ptr>(hub_.gate)),
          runs_.caf().message_types<hub_gate_actor>()};
}

std::shared_ptr<model_link> fleet::make_link() {
  auto link = std::make_shared<model_link>(runs_, how_, lost_);
  link->on_welcome = [this](const link_welcome& welcome, const caf::strong_actor_ptr& session) {
    welcome_ = welcome;
    session_ = caf::actor_cast<hub_session_actor>(session);
  };
  link->on_heartbeat = [this] {
    // The agent is admitted, and its handlers list if the hub requested it.
    if (std::exchange(put_back_, false))
      claims_from_ = runs_.now();
  };
  links_.push_back(link);
  return link;
}

void fleet::agent_died() {
  ++agents_;
  disturb();
  for (const auto& x : links_)
    cut(*x, 2, runs_.one_in(2) ? 0ms : milliseconds{runs_.random(3'000)});
}

void fleet::start_hub() {
  const auto process = ++hubs_;
  if (to_put_back_) {
    store_.put("h", *std::exchange(to_put_back_, std::nullopt));
    put_back_ = true;
    around_.database_went_back();
  }
  node_parts parts;
  parts.settings.events_enabled = true;
  parts.settings.role = node_role::hub;
  parts.settings.events_queue_size = schedule_.hub_queue;
  parts.make_store = around_.make_store;
  parts.numbers = std::make_shared<metrics::catalogue>(node_role::hub);
  parts.log = around_.log;
  parts.now = around_.now;
  parts.seed = schedule_.order + process;
  parts.link.program_version = "1.0";
  parts.link.incarnation = 100 + process;
  parts.link.secret = [this] { return std::to_string(++secrets_); };
  // All live in one actor system, whose node is the one member.
  parts.link.members = std::make_shared<wire::member_registry>();
  parts.link.members->add(1, to_string(runs_.caf().node()), {.address = "127.0.0.1"});
  parts.link.recorded_hosts = [this]() -> result<std::vector<host_report>> {
    std::vector<host_report> rows(2);
    rows[0].host = "h";
    rows[1].host = "other";
    for (auto& x : rows) {
      const auto facts = store_.rows_of(x.host).facts;
      x.last_heard = facts.last_seen_at;
      x.verified_at = facts.verified_at;
    }
    return rows;
  };
  hub_ = start_node(runs_.caf(), parts);
  hub_root_ = root_of(hub_.node);
  hub_up_ = true;
  runs_.keep(caf::actor_cast<caf::strong_actor_ptr>(hub_.node));
  caf::actor_cast<caf::abstract_actor*>(hub_.node)->attach_functor(
      [this, process](const caf::error&) {
        if (process == hubs_)
          hub_died();
      });
}

void fleet::hub_died() {
  around_.tell("the hub's process ends");
  disturb();
  hub_up_ = false;
  session_ = nullptr;
  around_.hub_is_gone();
  for (const auto& x : links_)
    cut(*x, 1, runs_.one_in(2) ? 0ms : milliseconds{runs_.random(3'000)});
  runs_.at(runs_.now() + std::max<nanoseconds>(hub_away_, hub_restart), [this, died = hubs_] {
    if (died == hubs_)
      start_hub();
  });
}

void fleet::kill_hub(nanoseconds away) {
  hub_away_ = away;
  if (hub_up_)
    caf::anon_send_exit(hub_.node, caf::exit_reason::kill);
}

void fleet::happen(const step& x) {
  if (x.what == op::intrude) {
    intrude(x.a);
    return;
  }
  disturb();
  switch (x.what) {
  case op::break_link:
    break_link(x);
    break;
  case op::stall_link:
    stall_link(x);
    break;
  case op::kill_hub:
    kill_hub(milliseconds{x.span});
    break;
  case op::restore_hub:
    if (backups_.empty())
      break;
    to_put_back_ = backups_[backups_.size() - 1 - std::min<std::size_t>(x.a, backups_.size() - 1)];
    kill_hub(milliseconds{x.span});
    break;
  default:
    break;
  }
}

void fleet::break_link(const step& x) {
  if (!link_ || !link_->whole())
    return;
  auto now = [this, link = std::weak_ptr(link_), x] {
    if (auto which = link.lock())
      cut(*which, x.a, milliseconds{x.span});
  };
  if (x.b == 0)
    now();
  else
    (x.b == 1 ? link_->on_chunk : link_->on_answer) = now;
}

void fleet::stall_link(const step& x) {
  if (!link_)
    return;
  const auto until = runs_.now() + milliseconds{x.span};
  if (x.a != 2)
    link_->stall(side::agent, until);
  if (x.a != 1)
    link_->stall(side::hub, until);
  if (x.b != 0)
    runs_.at(until, [this, link = std::weak_ptr(link_)] {
      if (auto which = link.lock())
        cut(*which, 0, 0ms);
    });
}

/// 0: both sides notice now, 1: the agent late, 2: the hub.
void fleet::cut(model_link& which, unsigned who_is_late, nanoseconds late) {
  if (which.whole())
    around_.tell("the link is broken");
  disturb();
  const auto now = runs_.now();
  which.cut(who_is_late == 1 ? now + late : now, who_is_late == 2 ? now + late : now);
}

void fleet::heal() {
  for (const auto& x : links_) {
    x->on_chunk = x->on_answer = nullptr;
    x->go_on();
    if (!x->whole())
      x->cut(runs_.now(), runs_.now());
  }
  if (!hub_up_)
    start_hub();
}

void fleet::committed() {
  backups_.push_back(store_.rows());
  if (backups_.size() > backups_max)
    backups_.pop_front();
}

std::size_t fleet::ready() const {
  std::size_t sum = 0;
  for (const auto& x : links_)
    sum += x->ready();
  return sum;
}

void fleet::go_on(std::size_t i) {
  for (std::size_t at = 0; at < links_.size(); ++at) {
    const auto link = links_[at];
    const auto mine = link->ready();
    if (i < mine) {
      link->happen(i);
      if (link->over())
        std::erase(links_, link);
      return;
    }
    i -= mine;
  }
}

const std::string& fleet::called(const actor_slot& who) const {
  static const std::string hub = "hub";
  return &who == hub_root_ ? hub : who.name;
}

bool fleet::others_untouched() const {
  return store_.rows_of("other") == others_rows_;
}

} // namespace volumeviz::simulation
