#include "tests/wire/caf_bytes.hpp"

#include <caf/io/basp/version.hpp>

namespace volumeviz::wire::testing {

using caf::io::basp::message_type;

namespace {

frame made(message_type what, std::uint8_t flags, std::uint64_t data, std::uint64_t source,
           std::uint64_t target, byte_vector payload) {
  return {.header = {what, flags, static_cast<std::uint32_t>(payload.size()), data, source, target},
          .payload = std::move(payload)};
}

} // namespace

byte_vector frame::bytes_on_the_wire() const {
  auto all = shared_caf().written(header);
  all.insert(all.end(), payload.begin(), payload.end());
  return all;
}

frame_header frame::parsed() const {
  const auto all = bytes_on_the_wire();
  return read_header(bytes{all}.first(header_size)).value();
}

frame client_handshake(const caf::node_id& from, std::uint8_t flags) {
  return made(message_type::client_handshake, flags, 0, 0, 0, shared_caf().written(from));
}

frame server_handshake(const caf::node_id& from, std::uint64_t gate) {
  return made(message_type::server_handshake, 0, caf::io::basp::version, 0, 0,
              shared_caf().written(from, std::vector<std::string>{"generic-caf-app"}, gate,
                                   std::set<std::string>{"caf::replies_to<@u64>::with<bool>"}));
}

frame request(std::uint64_t from, std::uint64_t to, byte_vector content, std::uint64_t number) {
  return made(message_type::direct_message, 0, caf::make_message_id(number).integer_value(), from,
              to, std::move(content));
}

frame response(std::uint64_t from, std::uint64_t to, byte_vector content, std::uint64_t number) {
  return made(message_type::direct_message, 0,
              caf::make_message_id(number).response_id().integer_value(), from, to,
              std::move(content));
}

frame monitor(const caf::node_id& from, const caf::node_id& to, std::uint64_t actor) {
  return made(message_type::monitor_message, 0, 0, 0, actor, shared_caf().written(from, to));
}

frame down(const caf::node_id& from, const caf::node_id& to, std::uint64_t actor,
           const caf::error& why) {
  return made(message_type::down_message, 0, 0, actor, 0, shared_caf().written(from, to, why));
}

frame heartbeat() {
  return made(message_type::heartbeat, 0, 0, 0, 0, {});
}

} // namespace volumeviz::wire::testing
