// What a hub accepts from a member, and the reason for each refusal.
#include "tests/wire/hub_filter_scene.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;

TEST_CASE("our constants and texts equal CAF's") {
  CHECK(caf::io::basp::header_size == header_size);
  CHECK(static_cast<std::uint64_t>(caf::atom("SpawnServ")) == spawn_server);
  CHECK(+caf::io::basp::header::named_receiver_flag == named_receiver);
  CHECK(+caf::io::basp::header::select_connection_flag == select_connection);
  for (const std::uint64_t number : {1ULL, 77ULL, 0x0FFF'FFFF'FFFF'FFFFULL})
    for (auto id : {caf::make_message_id(number), caf::make_message_id(number).with_high_priority(),
                    caf::make_message_id(number).response_id(), caf::make_message_id(0)}) {
      CHECK(is_response(id.integer_value()) == id.is_response());
      CHECK(is_request(id.integer_value()) == id.is_request());
      CHECK(request_number(id.integer_value()) == id.request_id().integer_value() % (1ULL << 60));
    }
  const auto x = request(5, 6, hello(), 7);
  CHECK(x.parsed().what == wire::operation::direct_message);
  CHECK(x.parsed().payload_size == x.payload.size());
  CHECK(x.parsed().source == 5);
  CHECK(x.parsed().target == 6);
  CHECK(request_number(x.parsed().data) == 7);
}

TEST_CASE("a node is known by CAF's text for it") {
  scene on;
  on.handshake();
  CHECK(on.members->find(caf::to_string(on.node)));
  CHECK(on.filter.has_node());
}

TEST_CASE("everything that an agent needs to send passes") {
  scene on;
  CHECK(on.take(client_handshake(on.node)) == "forward");
  CHECK(on.take(client_handshake(on.node, select_connection)) == "forward");
  CHECK(on.take(monitor(on.node, own(), gate)) == "forward");
  CHECK(on.take(request(asker, gate, hello())) == "forward");
  on.members->grant(text_of(on.node), session);
  CHECK(on.take(monitor(on.node, own(), session)) == "forward");
  CHECK(on.take(request(asker, session, chunk(), 2)) == "forward");
  CHECK(on.take(request(asker, session, shared_caf().message(full_heartbeat()), 3)) == "forward");
  CHECK(on.take(heartbeat()) == "forward");
  CHECK(on.take(down(on.node, own(), asker, caf::exit_reason::user_shutdown)) == "forward");
  CHECK(on.take(down(on.node, own(), asker, caf::error{})) == "forward");
}

TEST_CASE("CAF's own question to the spawn server is dropped, other names are refused") {
  scene on;
  on.handshake();
  auto x = request(asker, spawn_server,
                   shared_caf().message(caf::sys_atom_v, caf::get_atom_v, std::string{"info"}));
  x.header.flags = named_receiver;
  CHECK(on.take(x) == "drop");
  x.header.dest_actor = static_cast<std::uint64_t>(caf::atom("ConfigServ"));
  CHECK(on.take(x) == "receiver");
}

TEST_CASE("any frame before the handshake is refused") {
  for (const auto& x :
       {heartbeat(), request(asker, gate, hello()), monitor(node_number(1), own(), gate),
        down(node_number(1), own(), asker, caf::error{})}) {
    scene on;
    CHECK(on.take(x) == "operation");
  }
}

TEST_CASE("a hub's handshake, or a message for another node, is refused") {
  scene on;
  CHECK(on.take(server_handshake(on.node, gate)) == "operation");
  on.handshake();
  CHECK(on.take(server_handshake(on.node, gate)) == "operation");
  auto routed = request(asker, gate, hello());
  routed.header.operation = caf::io::basp::message_type::routed_message;
  CHECK(on.take(routed) == "operation");
}

TEST_CASE("a header that announces too much is refused before its payload is read") {
  scene on;
  on.handshake();
  const auto refused = [&](caf::io::basp::message_type what, std::uint32_t length) {
    frame x = request(asker, gate, {});
    if (what != x.header.operation)
      x.header = {what, 0, 0, 0, 0, 0};
    if (what == caf::io::basp::message_type::monitor_message)
      x.header.dest_actor = gate;
    x.header.payload_len = length;
    const auto allowed = on.filter.header(x.parsed());
    return allowed ? std::string{}
                   : link_violation_names[static_cast<std::size_t>(allowed.error().why)];
  };
  using caf::io::basp::message_type;
  CHECK(refused(message_type::direct_message, 0) == "header");
  CHECK(refused(message_type::direct_message, 1) == "");
  CHECK(refused(message_type::direct_message, 4 * 1024 * 1024) == "");
  CHECK(refused(message_type::direct_message, 4 * 1024 * 1024 + 1) == "length");
  CHECK(refused(message_type::direct_message, 2'000'000'000) == "length");
  CHECK(refused(message_type::monitor_message, 0) == "header");
  CHECK(refused(message_type::monitor_message, 2'000'000'000) == "length");
  CHECK(refused(message_type::client_handshake, 0) == "header");
  CHECK(refused(message_type::heartbeat, 1) == "length");
}

TEST_CASE("flags and values that are impossible for a frame's operation are refused") {
  scene on;
  on.handshake();
  auto x = request(asker, gate, hello());
  x.header.flags = 0x02;
  CHECK(on.take(x) == "header");
  x.header.flags = 0x80;
  CHECK(on.take(x) == "header");
  CHECK(on.take(request(0, gate, hello())) == "header");
  CHECK(on.take(request(asker, 0, hello())) == "header");
  auto beat = heartbeat();
  beat.header.source_actor = 1;
  CHECK(on.take(beat) == "header");
  auto watch = monitor(on.node, own(), gate);
  watch.header.source_actor = 1;
  CHECK(on.take(watch) == "header");
  auto end = down(on.node, own(), asker, caf::error{});
  end.header.dest_actor = 1;
  CHECK(on.take(end) == "header");
}

TEST_CASE("a member may send its handshake twice, the second to select the connection") {
  SUBCASE("again without the selection") {
    scene on;
    on.handshake();
    CHECK(on.take(client_handshake(on.node)) == "node");
  }
  SUBCASE("as another node") {
    scene on;
    on.handshake();
    CHECK(on.take(client_handshake(node_number(2), select_connection)) == "node");
  }
  SUBCASE("a third time") {
    scene on;
    on.handshake();
    CHECK(on.take(client_handshake(on.node, select_connection)) == "forward");
    CHECK(on.take(client_handshake(on.node, select_connection)) == "node");
  }
  SUBCASE("with a selection at first") {
    scene on;
    CHECK(on.take(client_handshake(on.node, select_connection)) == "node");
  }
  SUBCASE("as nobody") {
    scene on;
    CHECK(on.take(client_handshake(caf::node_id{})) == "shape");
  }
  SUBCASE("as a node of the other kind") {
    scene on;
    CHECK(on.take(client_handshake(caf::make_node_id(*caf::make_uri("http://hub")))) == "shape");
  }
  SUBCASE("with something behind it") {
    scene on;
    auto x = client_handshake(on.node);
    x.payload.push_back(std::byte{0});
    x.header.payload_len++;
    CHECK(on.take(x) == "shape");
  }
}

TEST_CASE(
    "the node of another member is refused; an older connection of the same member is ended") {
  scene on;
  on.handshake();
  auto thief = on.connection(2, "another print");
  CHECK(on.take(thief, client_handshake(on.node)) == "node");
  CHECK(on.superseded.empty());
  auto again = on.connection(3, "print");
  const auto x = client_handshake(on.node);
  REQUIRE(again.header(x.parsed()));
  const auto allowed = again.frame(x.parsed(), x.payload);
  REQUIRE_FALSE(allowed);
  CHECK_FALSE(allowed.error().blames);
  CHECK(on.superseded == std::vector<std::uint64_t>{1});
}

TEST_CASE("a new node beyond the limit is refused before CAF sees it, and is not a violation") {
  scene on;
  std::optional<complaint> refused;
  for (std::uint8_t i = 1; i <= 17; ++i) {
    auto next = on.connection(i, "print");
    const auto x = client_handshake(node_number(i));
    REQUIRE(next.header(x.parsed()));
    const auto allowed = next.frame(x.parsed(), x.payload);
    CHECK(allowed.has_value() == (i <= 16));
    if (!allowed)
      refused = allowed.error();
    on.members->remove(i);
  }
  REQUIRE(refused);
  CHECK_FALSE(refused->blames);
  CHECK(refused->refused == refusal::too_many_of_member);
}

TEST_CASE("CAF's question for the agent's spawn server does not leave the hub") {
  scene on;
  auto x = request(asker, spawn_server, hello());
  x.header.flags = named_receiver;
  CHECK(on.filter.sent(x.parsed()) == passage::drop);
  CHECK(on.filter.sent(heartbeat().parsed()) == passage::forward);
}
