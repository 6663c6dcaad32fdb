#include "messages/fleet.hpp"

namespace volumeviz {

std::string link_transcript(const agent_hello& hello, const hub_challenge& challenge,
                            const std::string& signer) {
  std::string text;
  const auto add = [&text](const std::string& field) {
    text += std::to_string(field.size()) + ':' + field + '\n';
  };
  add("volumeviz-events link " + std::to_string(link_protocol));
  add(signer);
  for (const auto* field :
       {&hello.host, &hello.program_version, &hello.engine_id, &hello.nonce, &hello.certificate,
        &challenge.program_version, &challenge.nonce, &challenge.certificate})
    add(*field);
  for (auto number : {hello.boot, hello.acked, challenge.boot})
    add(std::to_string(number));
  return text;
}

} // namespace volumeviz
