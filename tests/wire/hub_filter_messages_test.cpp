// What a hub accepts of a member's messages: to which actors, of which types, and how many.
#include "tests/wire/hub_filter_scene.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;

TEST_CASE("a hub accepts requests only, not answers and not messages without an id") {
  scene on;
  on.handshake();
  CHECK(on.take(response(asker, gate, shared_caf().message(true))) == "response");
  CHECK(on.take(request(asker, gate, hello(), 0)) == "type");
}

TEST_CASE("a member reaches the gate and its own session, and no other actor") {
  scene on;
  on.handshake();
  on.members->grant(text_of(node_number(9)), foreign_session);
  CHECK(on.take(request(asker, foreign_session, chunk())) == "receiver");
  CHECK(on.take(request(asker, 1, hello())) == "receiver");
  CHECK(on.take(monitor(on.node, own(), foreign_session)) == "receiver");
  CHECK(on.take(request(asker, session, hello())) == "receiver");
  CHECK(on.take(request(asker, gate, chunk())) == "receiver");
  CHECK(on.take(request(asker, gate, shared_caf().message(full_heartbeat()))) == "receiver");
}

TEST_CASE("a message to an actor must be of a published type and well formed") {
  scene on;
  on.handshake();
  auto& caf = shared_caf();
  CHECK(on.take(request(asker, session, caf.message(change_batch{}))) == "type");
  CHECK(on.take(request(asker, session,
                        caf.message(caf::exit_msg{caf::actor_addr{}, caf::exit_reason::kill})))
        == "type");
  CHECK(on.take(request(asker, session, caf.message(caf::sys_atom_v, caf::get_atom_v))) == "type");
  auto long_one = full_hello();
  long_one.host = std::string(1000, 'x');
  CHECK(on.take(request(asker, gate, caf.message(long_one))) == "shape");
  auto trailing = chunk();
  trailing.push_back(std::byte{1});
  CHECK(on.take(request(asker, session, trailing)) == "shape");
}

TEST_CASE("a monitor or down message must be from the sender's node and for ours") {
  scene on;
  on.handshake();
  const auto other = node_number(2);
  CHECK(on.take(monitor(other, own(), gate)) == "node");
  CHECK(on.take(monitor(on.node, other, gate)) == "node");
  CHECK(on.take(down(on.node, other, asker, caf::error{})) == "node");
  CHECK(on.take(monitor(on.node, on.node, gate)) == "node");
  CHECK(on.take(monitor(on.node, caf::node_id{}, gate)) == "node");
  CHECK(on.take(down(other, own(), asker, caf::error{})) == "node");
  CHECK(on.take(down(caf::node_id{}, own(), asker, caf::error{})) == "node");
  const auto watch = monitor(on.node, other, gate);
  CHECK_FALSE(check_nodes(watch.payload, false, text_of(on.node), std::string{}));
}

TEST_CASE("a down message with nested errors is refused") {
  scene on;
  on.handshake();
  auto deep = caf::make_error(caf::sec::runtime_error);
  for (int i = 0; i < 500; ++i)
    deep = caf::make_error(caf::sec::runtime_error, deep);
  CHECK(on.take(down(on.node, own(), asker, deep)) == "shape");
}

TEST_CASE("an actor that has answered may be monitored, since the gate answers with another id") {
  scene on;
  on.handshake();
  CHECK(on.take(monitor(on.node, own(), 77)) == "receiver");
  CHECK(on.filter.sent(response(77, asker, hello()).parsed()) == passage::forward);
  CHECK(on.take(monitor(on.node, own(), 77)) == "forward");
  CHECK(on.take(request(asker, 77, hello())) == "receiver");
}

TEST_CASE("a request counts as unanswered until its answer is sent, or for 70 s") {
  scene on;
  on.handshake();
  const auto now = std::chrono::steady_clock::now();
  on.take(request(asker, session, chunk(), 1));
  on.take(request(asker, session, chunk(), 2));
  on.take(request(asker + 1, session, chunk(), 2));
  CHECK(on.filter.unanswered(now) == 3);
  on.filter.sent(response(session, asker, hello(), 2).parsed());
  CHECK(on.filter.unanswered(now) == 2);
  on.filter.sent(response(session, asker, hello(), 2).parsed());
  CHECK(on.filter.unanswered(now + 60s) == 2);
  CHECK(on.filter.unanswered(now + 80s) == 0);
}

TEST_CASE("while bytes wait for the peer all requests count, and after 70 s the peer is ended") {
  scene on;
  on.handshake();
  const auto now = std::chrono::steady_clock::now();
  on.take(request(asker, session, chunk(), 1));
  CHECK(on.filter.unanswered(now + 80s, now + 79s) == 1);
  CHECK(on.filter.unanswered(now + 500s, now) == 1);
  CHECK_FALSE(on.filter.leaves_answers_unread(now + 80s, std::nullopt));
  CHECK_FALSE(on.filter.leaves_answers_unread(now + 80s, now + 60s));
  CHECK_FALSE(on.filter.leaves_answers_unread(now + 30s, now - 100s));
  CHECK(on.filter.leaves_answers_unread(now + 80s, now));
  on.filter.sent(response(session, asker, hello(), 1).parsed());
  CHECK_FALSE(on.filter.leaves_answers_unread(now + 80s, now));
}

TEST_CASE("a request number can't be used again while its request is unanswered") {
  scene on;
  on.handshake();
  CHECK(on.take(request(asker, session, chunk(), 1)) == "forward");
  CHECK(on.take(request(asker + 1, session, chunk(), 1)) == "forward");
  on.filter.sent(response(session, asker, hello(), 1).parsed());
  CHECK(on.take(request(asker, session, chunk(), 1)) == "forward");
  CHECK(on.take(request(asker, session, chunk(), 1)) == "operation");
}

TEST_CASE("a member may send requests from some thousand actors, ended ones not counted") {
  scene on;
  on.handshake();
  for (std::uint64_t i = 1; i <= 3'000; ++i) {
    REQUIRE(on.take(request(i, session, chunk(), 1)) == "forward");
    on.filter.sent(response(session, i, hello(), 1).parsed());
    REQUIRE(on.take(down(on.node, own(), i, caf::exit_reason::user_shutdown)) == "forward");
  }
  std::uint64_t most = 10'000;
  while (most < 20'000 && on.take(request(most, session, chunk(), 1)) == "forward")
    ++most;
  CHECK(most - 10'000 == 2'048);
}

TEST_CASE("the number of monitor requests is limited") {
  scene on;
  on.handshake();
  const auto x = monitor(on.node, own(), gate);
  const auto header = x.parsed();
  for (int i = 0; i < 10'000; ++i)
    REQUIRE(on.filter.frame(header, x.payload));
  CHECK(on.take(x) == "operation");
}
