#include "actors/node/node_client.hpp"

#include "actors/platform/asker.hpp"
#include "actors/platform/error_text.hpp"

#include <caf/all.hpp>

#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

constexpr auto question_limit = 2s;
constexpr auto stop_limit = 10s;

template <class Answer, class Handle, class... Message>
caf::expected<Answer> ask(caf::actor_system& system, const Handle& actor,
                          std::chrono::milliseconds limit, Message&&... message) {
  return asker{system}.ask<Answer>(actor, limit, std::forward<Message>(message)...);
}

} // namespace

result<health_report> node_client::health() const {
  auto answer = ask<health_report>(system_, handles_.health, question_limit, atom::health_v);
  if (!answer)
    return fail(ec::internal,
                "the health reporter does not answer: " + text_of(system_, answer.error()));
  return std::move(*answer);
}

std::vector<std::string> node_client::unresponsive() const {
  auto answer =
      ask<std::vector<std::string>>(system_, handles_.node, question_limit, atom::alive_v);
  return answer ? std::move(*answer) : std::vector<std::string>{"node"};
}

std::vector<std::string> node_client::not_ready() const {
  auto answer =
      ask<std::vector<std::string>>(system_, handles_.health, question_limit, atom::ready_v);
  return answer ? std::move(*answer)
                : std::vector<std::string>{"the health reporter does not answer"};
}

result<std::vector<host_report>> node_client::hosts() const {
  if (!handles_.roster)
    return std::vector<host_report>{};
  auto answer =
      ask<std::vector<host_report>>(system_, handles_.roster, question_limit, atom::hosts_v);
  if (!answer)
    return fail(ec::internal,
                "the fleet roster does not answer: " + text_of(system_, answer.error()));
  return std::move(*answer);
}

result<reconcile_ticket> node_client::reconcile(reconcile_scope scope) const {
  if (handles_.role == node_role::hub)
    return fail(ec::bad_request, "this node is a hub and watches no Docker daemon: ask the agent "
                                 "of the host whose rows are to be compared");
  if (!handles_.reconciler)
    return fail(ec::bad_request,
                "the events system is off: set EVENTS_ENABLED=true and start again");
  auto answer =
      ask<reconcile_ticket>(system_, handles_.reconciler, question_limit, atom::reconcile_v, scope);
  if (!answer)
    return fail(answer.error() == caf::sec::invalid_argument ? ec::docker_unreachable
                                                             : ec::internal,
                text_of(system_, answer.error()));
  return *answer;
}

std::vector<actor_report> node_client::actors() const {
  auto answer =
      ask<std::vector<actor_report>>(system_, handles_.metrics, question_limit, atom::actors_v);
  return answer ? std::move(*answer) : std::vector<actor_report>{};
}

std::string node_client::metrics() const {
  auto answer = ask<std::string>(system_, handles_.metrics, question_limit, atom::render_v);
  return answer ? std::move(*answer) : std::string{};
}

void node_client::stop() const {
  ask<bool>(system_, handles_.node, stop_limit, atom::stop_v);
}

void node_client::wake_stream() const {
  if (handles_.stream)
    caf::anon_send(handles_.stream, atom::wake_v);
}

} // namespace volumeviz
