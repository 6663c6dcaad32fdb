#include "actors/fleet/fleet_roster.hpp"

#include "actors/fleet/error_text.hpp"
#include "actors/fleet/hub_session.hpp"
#include "actors/platform/shell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

constexpr auto look_interval = std::chrono::seconds{1};

// An agent gives up after 3 s and comes in once more.
constexpr auto newcomer_limit = std::chrono::seconds{10};

// A host that comes and goes a few times is of interest each time.
constexpr sync::log_limit::limits line_limits{.lines = 4};

std::string more_lines(std::uint64_t suppressed) {
  return suppressed > 0 ? fmt::format(" ({} more of these since the last line)", suppressed) : "";
}

} // namespace

fleet_roster::fleet_roster(interface::pointer self, fleet_roster_parts parts)
    : self_(self), parts_(std::move(parts)), lines_(line_limits) {
}

fleet_roster::~fleet_roster() {
  // Whoever follows knows none of them: their agents notice, and come in again.
  for (const auto& [number, session] : sessions_) {
    parts_.members->ended(session->id());
    caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
  }
}

fleet_roster::interface::behavior_type fleet_roster::make_behavior() {
  self_->set_down_handler([this](const caf::down_msg& down) {
    agent_ended(down);
    session_ended(down);
  });
  parts_.sessions->state = actor_state::running;
  self_->delayed_send<caf::message_priority::high>(self_, look_interval, atom::sweep_due_v);
  return {
      [this](atom::opened, const agent_hello& who, const caf::strong_actor_ptr& agent) {
        return admit(who, agent);
      },
      [this](atom::heartbeat, std::uint64_t session, const link_heartbeat& heartbeat) {
        fleet_.record_heartbeat(session, heartbeat, now());
      },
      [this](atom::verified, std::uint64_t session, std::uint64_t seq) {
        fleet_.committed(session, seq);
      },
      [this](atom::sweep_due) {
        end_the_silent();
        forget_the_late();
      },
      [this](atom::hosts, const std::vector<host_report>& rows) {
        fleet_.merge_recorded(rows, now());
      },
      [this](atom::hosts) { return fleet_.report(); },
      [](atom::alive) { return true; },
  };
}

fleet_roster::entrance fleet_roster::admit(const agent_hello& who,
                                           const caf::strong_actor_ptr& agent) {
  auto hello = who;
  sync::bound(hello);
  if (!agent)
    return refusal("its connection broke while it came in");
  const auto came = self_->clock().now();
  if (!admissions_.allows(who.host, came))
    return refusal("it came in too often in the last seconds; it tries again");
  const auto decision = fleet_.admit(who, to_string(agent->node()), now());
  if (!decision.refused.empty())
    return refusal(decision.refused);
  admissions_.count(who.host, came);
  newcomer next{.who = hello,
                .agent = agent,
                .session = decision.session,
                .snapshot = decision.snapshot,
                .came = came,
                .answer = self_->make_response_promise<link_welcome, caf::strong_actor_ptr>()};
  if (const auto more = lines_.admit("reports " + who.host, came))
    parts_.log->info("host {} reports (agent {}){}{}", who.host, hello.program_version,
                     decision.new_engine ? "; its Docker engine is another one than before" : "",
                     more_lines(*more));
  auto answer = next.answer;
  // What the former session still has must reach the store before anything of the new one, also
  // when the agent has grown tired of waiting for its end and comes in once more.
  const auto former = session_of(who.host);
  if (former == 0) {
    open_session(next);
    return answer;
  }
  end_session(former);
  if (auto waiting = next_.extract(former); !waiting.empty())
    waiting.mapped().answer.deliver(refusal("it has come in once more since"));
  next_.emplace(former, std::move(next));
  return answer;
}

std::uint64_t fleet_roster::session_of(const std::string& host) const {
  const auto found = std::ranges::find(hosts_, host, &decltype(hosts_)::value_type::second);
  return found == hosts_.end() ? 0 : found->first;
}

void fleet_roster::open_session(newcomer& x) {
  link_welcome welcome{.token = parts_.secret(), .snapshot = x.snapshot};
  hub_session_parts parts{.number = x.session,
                          .host = x.who.host,
                          .token = welcome.token,
                          .agent = x.agent,
                          .roster = fleet_roster_actor{self_},
                          .store = parts_.store,
                          .room = parts_.room,
                          .numbers = parts_.numbers,
                          .memory = parts_.memory};
  auto session = caf::actor_cast<caf::strong_actor_ptr>(
      self_->spawn<shell<hub_session>>(parts_.sessions, std::move(parts)));
  self_->monitor(session);
  // A session may outlive its agent while the store is busy; the host is away at once.
  self_->monitor(x.agent);
  agents_.emplace(x.session, caf::actor_cast<caf::actor_addr>(x.agent));
  parts_.members->grant(to_string(x.agent->node()), session->id());
  sessions_.emplace(x.session, session);
  hosts_.emplace(x.session, x.who.host);
  x.answer.deliver(std::move(welcome), std::move(session));
}

void fleet_roster::agent_ended(const caf::down_msg& down) {
  for (const auto& [number, agent] : agents_)
    if (agent == down.source)
      away(number, words_for(down));
}

void fleet_roster::session_ended(const caf::down_msg& down) {
  const auto ended = std::ranges::find(sessions_, down.source, [](const auto& x) {
    return caf::actor_cast<caf::actor_addr>(x.second);
  });
  if (ended == sessions_.end())
    return;
  const auto number = ended->first;
  parts_.members->ended(ended->second->id());
  sessions_.erase(ended);
  // An agent may come in many times on one connection; CAF keeps all its monitors.
  if (const auto agent = agents_.extract(number); !agent.empty())
    self_->demonitor(agent.mapped());
  away(number, words_for(down));
  const auto host = hosts_.extract(number);
  if (auto next = next_.extract(number); !next.empty())
    open_session(next.mapped());
  else if (!host.empty())
    // Its agent may go to another hub. Whatever it has sent is in the store's mailbox before this.
    self_->send(parts_.store, atom::release_v, host.mapped());
}

std::string fleet_roster::words_for(const caf::down_msg& down) const {
  return down.reason == caf::exit_reason::user_shutdown
             ? "its agent was stopped"
             : fmt::format("its connection broke ({})", self_->system().render(down.reason));
}

void fleet_roster::end_session(std::uint64_t number) {
  if (const auto session = sessions_.find(number); session != sessions_.end())
    caf::anon_send_exit(session->second, caf::exit_reason::user_shutdown);
}

void fleet_roster::away(std::uint64_t number, const std::string& why) {
  const auto host = fleet_.end_session(number, why, now());
  if (!host)
    return;
  if (const auto more = lines_.admit("away " + *host, self_->clock().now()))
    parts_.log->warn("host {} is away: {}; its rows stay as they were{}", *host, why,
                     more_lines(*more));
}

void fleet_roster::end_the_silent() {
  self_->delayed_send<caf::message_priority::high>(self_, look_interval, atom::sweep_due_v);
  for (auto number : fleet_.silent_sessions(now())) {
    away(number, "it has been silent for too long");
    end_session(number);
  }
}

/// Their agents have given up long ago: the session before them hangs.
void fleet_roster::forget_the_late() {
  const auto now = self_->clock().now();
  for (auto i = next_.begin(); i != next_.end();) {
    auto& [former, x] = *i;
    if (now - x.came < newcomer_limit) {
      ++i;
      continue;
    }
    x.answer.deliver(refusal("the session before it does not end; it tries again"));
    i = next_.erase(i);
  }
}

sync::moment fleet_roster::now() const {
  return {.wall = parts_.now(), .steady = self_->clock().now()};
}

} // namespace volumeviz
