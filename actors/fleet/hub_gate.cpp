#include "actors/fleet/hub_gate.hpp"

#include "actors/fleet/error_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;

constexpr auto proof_limit = 10s;
constexpr auto roster_limit = 2s;
// Ten thousand agents that come back within three seconds are as many at a time.
constexpr std::size_t applicants_max = 5000;
constexpr std::size_t certificate_max = 64 * 1024;

/// As the settings have it: what comes in here is a key in the database and a label in metrics.
bool is_host_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.'
           || c == '_' || c == '-';
  });
}

/// For a log: no more than a line of what a stranger has sent.
std::string cropped(const std::string& text) {
  std::string line;
  for (auto c : text.substr(0, 100))
    line += c < ' ' || c == 0x7f ? '?' : c;
  return line;
}

} // namespace

hub_gate::hub_gate(interface::pointer self, hub_gate_parts parts)
    : self_(self), parts_(std::move(parts)) {
}

hub_gate::interface::behavior_type hub_gate::make_behavior() {
  return {
      [this](atom::hello, std::uint32_t protocol, const std::string& host,
             const std::string& version) { return greet(protocol, host, version); },
      [this](const agent_hello& hello) { return introduced(hello); },
      [this](const agent_proof& proof) { return proven(proof); },
  };
}

hub_gate::greeting hub_gate::greet(std::uint32_t protocol, const std::string& host,
                                   const std::string& version) {
  std::string why;
  if (protocol != link_protocol) {
    why = fmt::format("it speaks version {} of the link ({}), this hub version {} ({}); install "
                      "the same release on both",
                      protocol, cropped(version), link_protocol, parts_.program_version);
    refuse(metrics::rejection::protocol, host, why);
  }
  return {link_protocol, parts_.program_version, why};
}

caf::result<hub_challenge> hub_gate::introduced(const agent_hello& hello) {
  forget_the_late();
  if (!is_host_name(hello.host))
    return refuse(metrics::rejection::name, hello.host,
                  "its name is not one: allowed are 1 to 253 of letters, digits, '.', '_', '-'");
  if (hello.certificate.size() > certificate_max || hello.nonce.size() > certificate_max)
    return refuse(metrics::rejection::certificate, hello.host, "its certificate is too large");
  if (applicants_.size() >= applicants_max)
    return refuse(metrics::rejection::busy, hello.host,
                  "too many agents want to come in at once; it tries again");
  hub_challenge challenge{.program_version = parts_.program_version,
                          .boot = parts_.boot,
                          .nonce = parts_.keys.secret(),
                          .certificate = parts_.keys.certificate(),
                          .signature = {}};
  auto signature = parts_.keys.sign(link_transcript(hello, challenge, "hub"));
  if (!signature)
    return refuse(metrics::rejection::certificate, hello.host,
                  "this hub could not prove who it is: " + signature.error().text);
  challenge.signature = std::move(*signature);
  applicants_.insert_or_assign(challenge.nonce, applicant{hello, challenge, self_->clock().now()});
  return challenge;
}

hub_gate::entrance hub_gate::proven(const agent_proof& proof) {
  auto known = applicants_.extract(proof.nonce);
  if (known.empty())
    return refuse(metrics::rejection::busy, proof.host,
                  "it took too long to prove who it is; it tries again");
  const auto& [hello, challenge, came] = known.mapped();
  if (proof.host != hello.host || proof.boot != hello.boot)
    return refuse(metrics::rejection::name, proof.host, "it has changed its name while it came in");
  auto is_it = parts_.keys.verify(hello.certificate, hello.host,
                                  link_transcript(hello, challenge, "agent"), proof.signature);
  if (!is_it)
    return refuse(metrics::rejection::certificate, hello.host, is_it.error().text);
  auto agent = self_->current_sender(); // the promise takes it along
  auto answer = self_->make_response_promise<link_welcome, caf::strong_actor_ptr>();
  self_->request(parts_.roster, roster_limit, atom::opened_v, hello, std::move(agent))
      .then(
          [answer](link_welcome& welcome, caf::strong_actor_ptr& session) mutable {
            answer.deliver(std::move(welcome), std::move(session));
          },
          [this, answer, host = hello.host](const caf::error& why) mutable {
            answer.deliver(
                refuse(metrics::rejection::duplicate, host, text_of(self_->system(), why)));
          });
  return answer;
}

caf::error hub_gate::refuse(metrics::rejection reason, const std::string& host,
                            const std::string& why) {
  parts_.numbers->link_rejected(reason);
  parts_.log->warn("refused the agent of '{}': {}", cropped(host), why);
  return refusal(why);
}

void hub_gate::forget_the_late() {
  const auto now = self_->clock().now();
  std::erase_if(applicants_, [now](const auto& x) { return now - x.second.came > proof_limit; });
}

} // namespace volumeviz
