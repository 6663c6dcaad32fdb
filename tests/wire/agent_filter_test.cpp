// What an agent accepts from its hub: even a hub under an attacker's control can only answer.
#include "tests/wire/caf_bytes.hpp"
#include "tests/wire/rows.hpp"
#include "wire/agent_filter.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;

namespace {

constexpr std::uint64_t gate = 20, asker = 900;

struct scene {
  caf::node_id hub = node_number(3);
  agent_filter filter;

  std::string take(const frame& x) {
    auto allowed = filter.header(x.parsed());
    if (allowed)
      allowed = filter.frame(x.parsed(), x.payload);
    if (!allowed)
      return link_violation_names[static_cast<std::size_t>(allowed.error().why)];
    return *allowed == passage::forward ? "forward" : "drop";
  }
  scene& connected() {
    REQUIRE(take(server_handshake(hub, gate)) == "forward");
    return *this;
  }
  void asks(std::uint64_t number, std::uint64_t who = asker) {
    filter.sent(request(who, gate, shared_caf().message(full_hello()), number).parsed());
  }
};

// CAF gives a node no id on a machine whose only network interface is the loopback.
const auto own = [] { return node_number(200); };
const auto yes = [] { return shared_caf().message(true); };

} // namespace

TEST_CASE("an agent accepts the hub's handshake first, and once") {
  for (const auto& x :
       {heartbeat(), response(gate, asker, yes()), monitor(node_number(3), own(), asker)}) {
    scene on;
    CHECK(on.take(x) == "operation");
  }
  scene on;
  on.connected();
  CHECK(on.take(server_handshake(on.hub, gate)) == "operation");
  CHECK(on.take(client_handshake(on.hub)) == "operation");
}

TEST_CASE("a handshake without a node, or with too many or too long names, is refused") {
  CHECK(scene{}.take(server_handshake(caf::node_id{}, gate)) == "shape");
  auto longer = server_handshake(node_number(3), gate);
  longer.payload.push_back(std::byte{0});
  longer.header.payload_len++;
  CHECK(scene{}.take(longer) == "shape");
  auto many = server_handshake(node_number(3), gate);
  many.payload = shared_caf().written(node_number(3), std::vector<std::string>(65), gate,
                                      std::set<std::string>{});
  many.header.payload_len = static_cast<std::uint32_t>(many.payload.size());
  CHECK(scene{}.take(many) == "shape");
  many.payload = shared_caf().written(node_number(3), std::vector<std::string>{}, gate,
                                      std::set<std::string>{std::string(1025, 'x')});
  many.header.payload_len = static_cast<std::uint32_t>(many.payload.size());
  CHECK(scene{}.take(many) == "shape");
}

TEST_CASE("an answer to a request passes once, and only to the actor that asked") {
  scene on;
  on.connected();
  CHECK(on.take(response(gate, asker, yes(), 1)) == "response");
  on.asks(1);
  CHECK(on.take(response(gate, asker + 1, yes(), 1)) == "response");
  CHECK(on.take(response(gate, asker, yes(), 2)) == "response");
  CHECK(on.take(response(gate, asker, yes(), 1)) == "forward");
  CHECK(on.take(response(gate, asker, yes(), 1)) == "response");
}

TEST_CASE("every answer of a hub passes, and nothing else as an answer") {
  auto& caf = shared_caf();
  scene on;
  on.connected();
  std::uint64_t number = 0;
  const auto answered = [&](const byte_vector& with) {
    on.asks(++number);
    return on.take(response(gate, asker, with, number));
  };
  CHECK(answered(caf.message(link_protocol, std::string{"1"}, std::string{"h"})) == "forward");
  CHECK(answered(caf.message(link_welcome{.token = "t", .snapshot = true}, caf.some_actor()))
        == "forward");
  CHECK(answered(caf.message(full_answer())) == "forward");
  CHECK(answered(caf.message(caf::make_error(caf::sec::runtime_error, std::string{"full"})))
        == "forward");
  CHECK(answered(caf.message(full_hello())) == "type");
  CHECK(answered(caf.message(caf::exit_msg{caf::actor_addr{}, caf::exit_reason::kill})) == "type");
  CHECK(answered(caf.message(caf::sys_atom_v, caf::get_atom_v)) == "type");
}

TEST_CASE("requests and unsolicited messages of a hub are refused") {
  scene on;
  on.connected();
  on.asks(1);
  const auto content = shared_caf().message(full_hello());
  CHECK(on.take(request(gate, asker, content, 1)) == "response");
  CHECK(on.take(request(gate, asker, content, 0)) == "response");
  auto routed = response(gate, asker, yes());
  routed.header.operation = caf::io::basp::message_type::routed_message;
  CHECK(on.take(routed) == "operation");
  auto named = request(gate, spawn_server, content);
  named.header.flags = named_receiver;
  CHECK(on.take(named) == "type"); // CAF sends another question there, which is dropped
  named.header.dest_actor = static_cast<std::uint64_t>(caf::atom("ConfigServ"));
  CHECK(on.take(named) == "receiver");
}

TEST_CASE("a hub may monitor actors that have sent it requests, and no other") {
  scene on;
  on.connected();
  CHECK(on.take(monitor(on.hub, own(), asker)) == "receiver");
  on.asks(1);
  CHECK(on.take(monitor(on.hub, own(), asker)) == "forward");
  CHECK(on.take(monitor(node_number(4), own(), asker)) == "node");
  CHECK(on.take(down(on.hub, own(), gate, caf::exit_reason::kill)) == "forward");
  CHECK(on.take(down(node_number(4), own(), gate, caf::exit_reason::kill)) == "node");
  CHECK(on.take(down(own(), on.hub, gate, caf::exit_reason::kill)) == "node");
  CHECK(on.take(heartbeat()) == "forward");
}

TEST_CASE("the newest four thousand requests may still be answered") {
  scene on;
  on.connected();
  for (std::uint64_t i = 1; i <= 5000; ++i)
    on.asks(i);
  CHECK(on.take(response(gate, asker, yes(), 1)) == "response");
  CHECK(on.take(response(gate, asker, yes(), 904)) == "response");
  CHECK(on.take(response(gate, asker, yes(), 905)) == "forward");
  CHECK(on.take(response(gate, asker, yes(), 5000)) == "forward");
}
