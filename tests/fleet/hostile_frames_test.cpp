// Frames that no honest member sends. Each ends its connection before CAF sees it, without any
// other effect.
#include "tests/fleet/besieged_fleet.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::fleet;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

basp::header head(basp::message_type operation, std::uint32_t length = 0, std::uint64_t data = 0,
                  caf::actor_id from = 0, caf::actor_id to = 0) {
  return {operation, 0, length, data, from, to};
}

const auto an_exit = caf::make_message(caf::exit_msg{caf::actor_addr{}, caf::exit_reason::kill});

} // namespace

TEST_CASE("a client handshake without a payload harms only its sender") {
  besieged_fleet fleet;
  auto evil = fleet.member();
  evil->send_header(head(basp::message_type::client_handshake));
  fleet.expect_ended(*evil, {"header", "length", "operation"});
}

TEST_CASE("a server handshake sent to the hub harms only its sender") {
  besieged_fleet fleet;
  auto evil = fleet.member();
  evil->send_header(head(basp::message_type::server_handshake, 0, 3));
  fleet.expect_ended(*evil, {"header", "length", "operation"});
}

TEST_CASE("a member can't send a handshake for a second node") {
  besieged_fleet fleet;
  auto evil = fleet.member();
  evil->send_client_handshake(hostile_member::some_node());
  fleet.expect_ended(*evil, {"node", "operation"});
}

TEST_CASE("a member can't send a handshake for another member's node") {
  besieged_fleet fleet;
  auto other = fleet.admitted("web-2");
  auto evil = fleet.member();
  evil->send_client_handshake(other->node());
  fleet.expect_ended(*evil, {"node", "operation"});
  CHECK(other->write(whole_batch(1)).has_value());
}

TEST_CASE("a header that announces 2 GB costs no memory") {
  besieged_fleet fleet;
  auto evil = fleet.member();
  const auto before = fleet.peak_mib();
  evil->send_header(head(basp::message_type::direct_message, 0x7fff'ffff, 0, 1, evil->gate()));
  fleet.expect_ended(*evil, {"length"});
  CHECK(fleet.peak_mib() - before < 64);
}

TEST_CASE("an error nested 200,000 deep harms only its sender") {
  besieged_fleet fleet;
  // The second has its place in a frame.
  for (const auto depth : {200'000, 100'000}) {
    auto evil = fleet.member();
    evil->send(head(basp::message_type::direct_message, 0, hostile_member::request_id(1),
                    hostile_member::own_actor, evil->gate()),
               evil->nested_error(static_cast<std::size_t>(depth)));
    fleet.expect_ended(*evil, {"length", "type"});
  }
}

TEST_CASE("a member can't write to the hub's configuration by name") {
  besieged_fleet fleet;
  auto evil = fleet.member();
  const auto before = fleet.peak_mib();
  const std::string megabyte(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 128; ++i)
    if (!evil->send_direct(
            static_cast<std::uint64_t>(caf::atom("ConfigServ")),
            caf::make_message(caf::put_atom_v, std::to_string(i), caf::make_message(megabyte)),
            hostile_member::request_id(1), basp::header::named_receiver_flag))
      break;
  fleet.expect_ended(*evil, {"receiver"});
  CHECK(fleet.peak_mib() - before < 64);
}

TEST_CASE("a member can't spawn actors in the hub by name") {
  besieged_fleet fleet;
  auto evil = fleet.member();
  evil->send_direct(static_cast<std::uint64_t>(caf::atom("SpawnServ")),
                    caf::make_message(caf::spawn_atom_v, std::string{"hub_gate"}, caf::message{},
                                      std::set<std::string>{}),
                    hostile_member::request_id(1), basp::header::named_receiver_flag);
  fleet.expect_ended(*evil, {"receiver", "type"});
}

TEST_CASE("the hub passes on no message from one member to another") {
  besieged_fleet fleet;
  auto victim = fleet.admitted("web-2");
  auto evil = fleet.member();
  change_batch planted;
  planted.volumes.present = {reported_volume("planted")};
  evil->send_routed(victim->node(), hostile_member::own_actor, caf::make_message(planted),
                    hostile_member::request_id(1));
  evil->send_routed(victim->node(), hostile_member::own_actor, an_exit);
  fleet.expect_ended(*evil, {"operation"});
  while (const auto got = victim->receive(milliseconds{200}))
    CHECK(got->header.operation != basp::message_type::routed_message);
  CHECK(victim->write(whole_batch(1)).has_value());
}

TEST_CASE("exit, down and link messages of a member reach no actor of the hub") {
  besieged_fleet fleet;
  auto victim = fleet.admitted("web-2");
  const std::vector<caf::message> contents{
      an_exit,
      caf::make_message(caf::down_msg{caf::actor_addr{}, caf::exit_reason::kill}),
      caf::make_message(caf::link_atom_v, caf::strong_actor_ptr{}),
      caf::make_message(caf::make_error(caf::sec::runtime_error, std::string{"evil"})),
      caf::make_message(caf::sys_atom_v, caf::get_atom_v, std::string{"info"}),
  };
  for (const auto& content : contents) {
    auto evil = fleet.member();
    for (caf::actor_id id = 1; id < 60; ++id)
      if (!evil->send_direct(id, content))
        break;
    evil->send_direct(evil->gate(), content);
    evil->send_direct(victim->session(), content);
    CHECK(evil->ends_within(seconds{5}));
  }
  fleet.expect_unhurt();
  CHECK(fleet.violations({"receiver", "type"}) >= static_cast<double>(contents.size()));
  CHECK(fleet.lines_with({" warn ", "127.0.0.1 ", besieged_fleet::evil}) <= 2);
  CHECK(victim->write(whole_batch(1)).has_value());
}

TEST_CASE("a member can't reach another member's session") {
  besieged_fleet fleet;
  auto victim = fleet.admitted("web-2");
  auto evil = fleet.admitted();
  const auto chunk = whole_batch(1, {reported_volume("planted")});
  evil->send_direct(victim->session(), caf::make_message(chunk), hostile_member::request_id(900));
  fleet.expect_ended(*evil, {"receiver"});
  CHECK(!fleet.has_volume("web-2", "planted"));
}

TEST_CASE("forged answers to the hub's own questions harm only their sender") {
  besieged_fleet fleet;
  auto evil = fleet.member();
  std::string all;
  const auto welcome = evil->forged_welcome();
  for (std::uint64_t n = 1; n <= 40; ++n)
    all += evil->bytes_of(
               head(basp::message_type::direct_message, static_cast<std::uint32_t>(welcome.size()),
                    hostile_member::response_id(n), hostile_member::own_actor, evil->gate()))
           + welcome;
  // The hub's gate asks its roster about each member; one of these would be its answer.
  for (int i = 0; i < 20; ++i) {
    for (int k = 0; k < 20; ++k)
      evil->line().send(all, milliseconds{100});
    const auto name = "web-" + std::to_string(10 + i % 3);
    auto coming = fleet.member(name);
    evil->line().send(all, milliseconds{100});
    CHECK(coming->enter(name) == "");
  }
  fleet.expect_ended(*evil, {"response"});
}

TEST_CASE("the hub passes on no monitor or down message to another member") {
  besieged_fleet fleet;
  auto victim = fleet.admitted("web-2");
  for (const auto what : {basp::message_type::monitor_message, basp::message_type::down_message}) {
    auto evil = fleet.member();
    const bool watches = what == basp::message_type::monitor_message;
    evil->send(
        head(what, 0, 0, watches ? 0 : hostile_member::own_actor, watches ? evil->gate() : 0),
        evil->bytes_of(evil->node()) + evil->bytes_of(victim->node())
            + (watches ? std::string{} : evil->bytes_of(caf::error{})));
    fleet.expect_ended(*evil, {"node"});
  }
  while (const auto got = victim->receive(milliseconds{200}))
    CHECK(got->header.operation == basp::message_type::heartbeat);
  CHECK(victim->write(whole_batch(1)).has_value());
}

TEST_CASE("a monitor message for another member's node harms only its sender") {
  besieged_fleet fleet;
  auto victim = fleet.admitted("web-2");
  auto evil = fleet.member();
  evil->send(head(basp::message_type::monitor_message, 0, 0, 0, victim->session()),
             evil->bytes_of(victim->node()) + evil->bytes_of(evil->hub()));
  fleet.expect_ended(*evil, {"node", "receiver"});
  CHECK(victim->write(whole_batch(1)).has_value());
}
