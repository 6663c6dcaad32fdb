#include "actors/fleet/hub_gate.hpp"

#include "actors/fleet/error_text.hpp"
#include "text/host_port.hpp"
#include "text/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

constexpr auto roster_limit = 2s;

/// A text from the network for a log line.
std::string cropped(std::string text) {
  text::make_one_line(text, 100);
  return text;
}

} // namespace

hub_gate::hub_gate(interface::pointer self, context_ptr context, hub_gate_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)) {
}

hub_gate::interface::behavior_type hub_gate::make_behavior() {
  return {
      [this](atom::hello, std::uint32_t protocol, const std::string& host,
             const std::string& version) { return hello(protocol, host, version); },
      [this](const agent_hello& agent) { return admit(agent); },
  };
}

hub_gate::hello_answer hub_gate::hello(std::uint32_t protocol, const std::string& host,
                                       const std::string& version) {
  std::string why;
  if (protocol != link_protocol) {
    why = fmt::format(
        "it uses version {} of the link protocol ({}), this hub version {} ({}); install "
        "the same release on both",
        protocol, cropped(version), link_protocol, parts_.program_version);
    refuse(metrics::rejection::protocol, host, why);
  }
  return {link_protocol, parts_.program_version, why};
}

hub_gate::welcome_answer hub_gate::admit(const agent_hello& agent) {
  if (!text::is_host_name(agent.host))
    return refuse(metrics::rejection::name, agent.host,
                  fmt::format("invalid host name: allowed are {}", text::host_name_rule));
  auto link = self_->current_sender(); // before the promise takes it
  const auto member = link ? parts_.members->find(to_string(link->node())) : std::nullopt;
  if (!member)
    return refuse(metrics::rejection::busy, agent.host,
                  "the connection ended during the handshake");
  if (member->certified && std::ranges::find(member->names, agent.host) == member->names.end())
    return refuse(metrics::rejection::certificate, agent.host,
                  fmt::format("its certificate is for {}: make a certificate for NODE_NAME in "
                              "this spelling, or correct NODE_NAME",
                              cropped(fmt::format("{}", fmt::join(member->names, ", ")))));
  auto answer = self_->make_response_promise<link_welcome, caf::strong_actor_ptr>();
  self_->request(context_->handles.roster, roster_limit, atom::opened_v, agent, std::move(link))
      .then(
          [answer](link_welcome& welcome, caf::strong_actor_ptr& session) mutable {
            answer.deliver(std::move(welcome), std::move(session));
          },
          [this, answer, host = agent.host](const caf::error& why) mutable {
            answer.deliver(
                refuse(metrics::rejection::duplicate, host, text_of(self_->system(), why)));
          });
  return answer;
}

caf::error hub_gate::refuse(metrics::rejection reason, const std::string& host,
                            const std::string& why) {
  context_->numbers->agents.rejected(reason).add();
  const auto name = cropped(host);
  const auto key = fmt::format("{} {}", static_cast<int>(reason), name);
  if (const auto suppressed = lines_.admit(key, self_->clock().now()))
    context_->log->warn("refused the agent of '{}': {}{}", name, why,
                        sync::more_lines(*suppressed));
  return refusal(why);
}

} // namespace volumeviz
