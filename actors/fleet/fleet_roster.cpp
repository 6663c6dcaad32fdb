#include "actors/fleet/fleet_roster.hpp"

#include "actors/fleet/error_text.hpp"
#include "actors/fleet/hub_session.hpp"
#include "actors/platform/shell.hpp"
#include "runtime/invariant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

constexpr auto sweep_interval = std::chrono::seconds{1};

// An agent gives up after 3 s and connects again.
constexpr auto admitted_limit = std::chrono::seconds{10};

// Each kind of line, for each host, in a minute: a host that connects a few times is logged each
// time.
constexpr sync::log_limit::limits line_limits{.lines = 4};

} // namespace

fleet_roster::fleet_roster(interface::pointer self, context_ptr context, fleet_roster_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)), lines_(line_limits) {
}

fleet_roster::~fleet_roster() {
  // A restarted roster does not know these sessions. Ending them makes their agents connect again.
  for (const auto& [number, x] : sessions_) {
    parts_.members->ended(x.actor->id());
    caf::anon_send_exit(x.actor, caf::exit_reason::user_shutdown);
  }
}

fleet_roster::interface::behavior_type fleet_roster::make_behavior() {
  self_->set_down_handler([this](const caf::down_msg& down) {
    link_ended(down);
    session_ended(down);
  });
  parts_.sessions->state = actor_state::running;
  self_->delayed_send<caf::message_priority::high>(self_, sweep_interval, atom::sweep_due_v);
  return {
      [this](atom::opened, const agent_hello& agent, const caf::strong_actor_ptr& link) {
        return admit(agent, link);
      },
      [this](atom::heartbeat, std::uint64_t number, const link_heartbeat& heartbeat) {
        fleet_.record_heartbeat(number, heartbeat, now());
      },
      [this](atom::verified, std::uint64_t number, std::uint64_t seq) {
        fleet_.committed(number, seq);
      },
      [this](atom::sweep_due) {
        self_->delayed_send<caf::message_priority::high>(self_, sweep_interval, atom::sweep_due_v);
        end_silent_sessions();
        refuse_overdue();
      },
      [this](atom::hosts, const std::vector<host_report>& rows) {
        fleet_.merge_recorded(rows, now());
      },
      [this](atom::hosts) { return fleet_.report(); },
      [](atom::alive) { return true; },
  };
}

fleet_roster::welcome_answer fleet_roster::admit(const agent_hello& agent,
                                                 const caf::strong_actor_ptr& link) {
  auto hello = agent;
  sync::bound(hello);
  if (!link)
    return refusal("the connection broke during the handshake");
  const auto since = self_->clock().now();
  if (!admissions_.allows(agent.host, since))
    return refusal("this agent has connected too often in the last seconds; it tries again");
  const auto decision = fleet_.admit(agent, to_string(link->node()), now());
  if (!decision.refused.empty())
    return refusal(decision.refused);
  admissions_.count(agent.host, since);
  admitted_agent next{.hello = hello,
                      .link = link,
                      .session = decision.session,
                      .snapshot = decision.snapshot,
                      .since = since,
                      .answer =
                          self_->make_response_promise<link_welcome, caf::strong_actor_ptr>()};
  if (const auto more = lines_.admit("reports " + agent.host, since))
    context_->log->info("host {} reports (agent {}){}{}", agent.host, hello.program_version,
                        decision.new_engine ? "; its Docker engine is a different one than before"
                                            : "",
                        sync::more_lines(*more));
  auto answer = next.answer;
  // All batches of the former session must reach the store before any batch of the new one, also
  // when the agent does not wait for that and connects once more.
  const auto former = session_of(agent.host);
  if (former == 0) {
    open_session(next);
    return answer;
  }
  end_session(former);
  if (auto waiting = next_.extract(former); !waiting.empty())
    waiting.mapped().answer.deliver(refusal("superseded by a newer connection of this agent"));
  next_.emplace(former, std::move(next));
  return answer;
}

std::uint64_t fleet_roster::session_of(const std::string& host) const {
  const auto found =
      std::ranges::find_if(sessions_, [&](const auto& x) { return x.second.host == host; });
  return found == sessions_.end() ? 0 : found->first;
}

void fleet_roster::open_session(admitted_agent& x) {
  invariant(session_of(x.hello.host) == 0, "a host has one session");
  link_welcome welcome{.token = parts_.secret(), .snapshot = x.snapshot};
  hub_session_parts parts{.number = x.session,
                          .host = x.hello.host,
                          .token = welcome.token,
                          .agent = x.link,
                          .roster = fleet_roster_actor{self_},
                          .room = parts_.room,
                          .memory = parts_.memory};
  auto actor = caf::actor_cast<caf::strong_actor_ptr>(
      self_->spawn<shell<hub_session>>(parts_.sessions, context_, std::move(parts)));
  self_->monitor(actor);
  // A session may outlive its agent while the store is busy. The host counts as away at once.
  self_->monitor(x.link);
  parts_.members->grant(to_string(x.link->node()), actor->id());
  const auto added = sessions_.emplace(
      x.session, session{actor, x.hello.host, caf::actor_cast<caf::actor_addr>(x.link)});
  invariant(added.second, "each session has a number of its own");
  x.answer.deliver(std::move(welcome), std::move(actor));
}

void fleet_roster::link_ended(const caf::down_msg& down) {
  for (const auto& [number, x] : sessions_)
    if (x.link == down.source)
      mark_away(number, describe(down));
}

void fleet_roster::session_ended(const caf::down_msg& down) {
  const auto found = std::ranges::find_if(sessions_, [&](const auto& x) {
    return caf::actor_cast<caf::actor_addr>(x.second.actor) == down.source;
  });
  if (found == sessions_.end())
    return;
  const auto number = found->first;
  const auto ended = std::move(found->second);
  sessions_.erase(found);
  parts_.members->ended(ended.actor->id());
  // An agent may be admitted many times on one connection, and CAF keeps all these monitors.
  self_->demonitor(ended.link);
  mark_away(number, describe(down));
  if (auto next = next_.extract(number); !next.empty())
    open_session(next.mapped());
  else
    // The agent may connect to another hub. All its batches are in the store's mailbox before this.
    self_->send(context_->handles.store, atom::release_v, ended.host);
}

std::string fleet_roster::describe(const caf::down_msg& down) const {
  return down.reason == caf::exit_reason::user_shutdown
             ? "its agent was stopped"
             : fmt::format("its connection broke ({})", self_->system().render(down.reason));
}

void fleet_roster::end_session(std::uint64_t number) {
  if (const auto found = sessions_.find(number); found != sessions_.end())
    caf::anon_send_exit(found->second.actor, caf::exit_reason::user_shutdown);
}

void fleet_roster::mark_away(std::uint64_t number, const std::string& why) {
  const auto host = fleet_.end_session(number, why, now());
  if (!host)
    return;
  if (const auto more = lines_.admit("away " + *host, self_->clock().now()))
    context_->log->warn("host {} is away: {}; its rows stay as they were{}", *host, why,
                        sync::more_lines(*more));
}

void fleet_roster::end_silent_sessions() {
  for (auto number : fleet_.silent_sessions(now())) {
    mark_away(number, "it has been silent for too long");
    end_session(number);
  }
}

/// Refuses agents whose former session does not end. They have given up long ago.
void fleet_roster::refuse_overdue() {
  const auto now = self_->clock().now();
  std::erase_if(next_, [now](const auto& x) {
    if (now - x.second.since < admitted_limit)
      return false;
    auto answer = x.second.answer;
    answer.deliver(refusal("the former session of this agent does not end; the agent tries again"));
    return true;
  });
}

sync::moment fleet_roster::now() const {
  return {.wall = context_->now(), .steady = self_->clock().now()};
}

} // namespace volumeviz
