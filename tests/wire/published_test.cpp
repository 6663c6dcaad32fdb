// Published messages pass as CAF writes them, and no other messages.
#include "tests/wire/caf_bytes.hpp"
#include "tests/wire/rows.hpp"
#include "wire/published.hpp"
#include "wire/shape.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;

namespace {

std::string refused(const byte_vector& payload) {
  const auto x = check_request(payload);
  return x ? std::string{} : link_violation_names[static_cast<std::size_t>(x.error().why)];
}
std::string answer_refused(const byte_vector& payload) {
  const auto x = check_response(payload);
  return x ? std::string{} : link_violation_names[static_cast<std::size_t>(x.error().why)];
}

/// Replaces the first occurrence of a text in a payload by another of the same length.
byte_vector with(byte_vector payload, const std::string& from, const std::string& to) {
  std::string text(reinterpret_cast<const char*>(payload.data()), payload.size());
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  payload.resize(text.size());
  std::memcpy(payload.data(), text.data(), text.size());
  return payload;
}

} // namespace

TEST_CASE("every request of an agent passes, and is for the gate or for a session") {
  auto& caf = shared_caf();
  CHECK(check_request(
            caf.message(atom::hello_v, link_protocol, std::string{"web-1"}, std::string{"1.2.3"}))
        == receiver::gate);
  CHECK(check_request(caf.message(full_hello())) == receiver::gate);
  CHECK(check_request(caf.message(full_chunk())) == receiver::session);
  CHECK(check_request(caf.message(link_chunk{})) == receiver::session);
  CHECK(check_request(caf.message(full_heartbeat())) == receiver::session);
}

TEST_CASE("every answer of a hub passes") {
  auto& caf = shared_caf();
  CHECK(answer_refused(caf.message(link_protocol, std::string{"1.2.3"}, std::string{"hub"})) == "");
  CHECK(answer_refused(caf.message(link_welcome{.token = "t", .snapshot = true}, caf.some_actor()))
        == "");
  CHECK(answer_refused(caf.message(link_welcome{}, caf::strong_actor_ptr{})) == "");
  CHECK(answer_refused(caf.message(full_answer())) == "");
  CHECK(answer_refused(caf.message(write_answer{})) == "");
  CHECK(answer_refused(caf.message(true)) == "");
  CHECK(answer_refused(caf.message(caf::error{})) == "");
  CHECK(answer_refused(caf.message(caf::make_error(caf::sec::unexpected_message))) == "");
  CHECK(answer_refused(
            caf.message(caf::make_error(caf::sec::runtime_error, std::string{"the queue is full"})))
        == "");
}

TEST_CASE("messages of other types are refused, CAF's own among them") {
  auto& caf = shared_caf();
  const caf::actor_addr nobody;
  CHECK(refused(caf.message(caf::exit_msg{nobody, caf::exit_reason::kill})) == "type");
  CHECK(refused(caf.message(caf::down_msg{nobody, caf::exit_reason::kill})) == "type");
  CHECK(refused(caf.message(caf::sys_atom_v, caf::get_atom_v, std::string{"info"})) == "type");
  CHECK(refused(caf.message(caf::link_atom_v, caf.some_actor())) == "type");
  CHECK(refused(caf.message(caf::spawn_atom_v, std::string{"shell"}, caf::message{})) == "type");
  CHECK(refused(caf.message(change_batch{})) == "type");
  CHECK(refused(caf.message(write_answer{})) == "type");
  CHECK(refused(caf.message(full_hello(), full_hello())) == "type");
  CHECK(refused(caf.written(std::vector<caf::strong_actor_ptr>{}, caf::message{})) == "type");
  CHECK(answer_refused(caf.message(full_hello())) == "type");
  CHECK(answer_refused(caf.message(caf::exit_msg{nobody, caf::exit_reason::kill})) == "type");
  CHECK(answer_refused(caf.message(std::string{"x"})) == "type");
}

TEST_CASE("a message with a forwarding stack is refused") {
  auto& caf = shared_caf();
  const auto content = caf::make_message(full_hello());
  CHECK(refused(caf.written(std::vector{caf.some_actor()}, content)) == "shape");
  CHECK(answer_refused(caf.written(std::vector{caf.some_actor()}, caf::make_message(true)))
        == "shape");
}

TEST_CASE("a message that is cut off or has a byte too many is refused") {
  auto& caf = shared_caf();
  for (const auto& whole :
       {caf.message(full_hello()), caf.message(full_chunk()), caf.message(full_heartbeat())}) {
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK(refused({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}) != "");
    auto longer = whole;
    longer.push_back(std::byte{0});
    CHECK(refused(longer) == "shape");
  }
  auto answer = caf.message(full_answer());
  answer.push_back(std::byte{0});
  CHECK(answer_refused(answer) == "shape");
  answer.resize(answer.size() - 2);
  CHECK(answer_refused(answer) == "shape");
}

TEST_CASE("strings and lists that are too long for the protocol are refused") {
  auto& caf = shared_caf();
  auto hello = full_hello();
  hello.host = std::string(256, 'h');
  CHECK(refused(caf.message(hello)) == "");
  hello.host += 'h';
  CHECK(refused(caf.message(hello)) == "shape");
  CHECK(refused(caf.message(atom::hello_v, link_protocol, std::string(257, 'h'), std::string{}))
        == "shape");
  auto heartbeat = full_heartbeat();
  heartbeat.reasons = std::vector<std::string>(257);
  CHECK(refused(caf.message(heartbeat)) == "shape");
  heartbeat.reasons = {std::string(4097, 'x')};
  CHECK(refused(caf.message(heartbeat)) == "shape");
  CHECK(answer_refused(caf.message(link_welcome{.token = std::string(4097, 't'), .snapshot = false},
                                   caf::strong_actor_ptr{}))
        == "shape");
}

TEST_CASE("a row may be as long as its frame, and a list may not claim more elements than there "
          "are bytes") {
  auto& caf = shared_caf();
  auto chunk = full_chunk();
  chunk.part.containers.present.front().labels["long"] = std::string(1'000'000, 'x');
  chunk.part.volumes.gone = std::vector<std::string>(10'000, "gone");
  CHECK(refused(caf.message(chunk)) == "");
  // An empty list that claims 4 G elements: the last byte of the length's encoding is 0x0F.
  chunk = {};
  chunk.token = "TOKEN";
  const auto lie = std::string{"TOKEN"} + std::string(8 + 4 + 1, '\0');
  const auto empty_host = std::string(1, '\0');
  CHECK(refused(with(caf.message(chunk), lie + empty_host + '\0',
                     lie + empty_host + "\xFF\xFF\xFF\xFF\x0F"))
        == "shape");
}

TEST_CASE("an answer to a batch may be as long as a hub makes it, and not longer") {
  auto& caf = shared_caf();
  write_answer most;
  most.why.text = std::string(4096, 'w');
  most.summary.changes.resize(5000);
  most.summary.changes.front().detail = std::string(1024 + 4 + 4096, 'd');
  most.summary.rejected.resize(1000);
  most.summary.rejected.front().reason = std::string(500, 'r');
  most.summary.needs_inspect.resize(5000);
  most.summary.spared.resize(named_spared_max);
  most.summary.more_changes.resize(9);
  CHECK(answer_refused(caf.message(most)) == "");
  auto longer = most;
  longer.summary.rejected.resize(2000);
  CHECK(answer_refused(caf.message(longer)) == "shape");
  longer = most;
  longer.why.text = std::string(8193, 'w');
  CHECK(answer_refused(caf.message(longer)) == "shape");
  longer = most;
  longer.summary.needs_inspect.front() = std::string(1'000'000, 'u');
  CHECK(answer_refused(caf.message(longer)) == "shape");
}

TEST_CASE("lengths of more than five bytes, or beyond 32 bits, are refused") {
  auto& caf = shared_caf();
  const std::string head = std::string(1, '\0') + std::string(2, '\0');
  const auto named = caf.message(full_hello());
  const auto of = [&](const std::string& length) {
    byte_vector all(named.begin(), named.begin() + 3);
    for (const char c : length + "@<>+volumeviz::agent_hello")
      all.push_back(static_cast<std::byte>(c));
    all.insert(all.end(), named.begin() + 3 + 1 + 26, named.end());
    return refused(all);
  };
  CHECK(of("\x1A") == "");
  CHECK(of("\x9A\x80\x80\x80" + std::string(1, '\0')) == "");
  CHECK(of("\x9A\x80\x80\x80\x80" + std::string(1, '\0')) == "shape");
  CHECK(of("\x9A\x80\x80\x80\x10") == "shape"); // 2^32 more than that
}

TEST_CASE("a value outside its enumeration is refused") {
  auto& caf = shared_caf();
  auto heartbeat = full_heartbeat();
  heartbeat.status = static_cast<health_status>(4);
  CHECK(refused(caf.message(heartbeat)) == "shape");
  auto answer = full_answer();
  answer.why.code = static_cast<ec>(13);
  CHECK(answer_refused(caf.message(answer)) == "shape");
  answer = full_answer();
  answer.summary.changes.front().op = static_cast<volumeviz::operation>(3);
  CHECK(answer_refused(caf.message(answer)) == "shape");
  answer = full_answer();
  answer.summary.rejected.front().kind = static_cast<row_kind>(255);
  CHECK(answer_refused(caf.message(answer)) == "shape");
}

TEST_CASE("an error with anything but one short sentence is refused") {
  auto& caf = shared_caf();
  const auto within = caf::make_error(caf::sec::runtime_error,
                                      caf::make_error(caf::sec::runtime_error, std::string{"x"}));
  CHECK(answer_refused(caf.message(within)) == "shape");
  CHECK(
      answer_refused(caf.message(caf::make_error(caf::sec::runtime_error, std::string(5000, 'x'))))
      == "shape");
  CHECK(answer_refused(caf.message(
            caf::make_error(caf::sec::runtime_error, std::string{"x"}, std::string{"y"})))
        == "shape");
  auto deep = caf::make_error(caf::sec::runtime_error);
  for (int i = 0; i < 1000; ++i)
    deep = caf::make_error(caf::sec::runtime_error, deep);
  CHECK(answer_refused(caf.message(deep)) == "shape");
}

TEST_CASE("the text about a refused message is one printable line") {
  auto& caf = shared_caf();
  const auto payload = with(caf.message(full_hello()), "volumeviz", "\x1b[2J\n\xff???");
  const auto verdict = check_request(payload);
  REQUIRE_FALSE(verdict);
  CHECK(verdict.error().why == violation::type);
  for (const char c : verdict.error().what)
    CHECK((c >= ' ' && c <= '~'));
  CHECK(verdict.error().what.size() < 200);
}

TEST_CASE("CAF can read every message that passes, whatever bytes were changed") {
  auto& caf = shared_caf();
  const std::vector<byte_vector> requests{caf.message(full_hello()), caf.message(full_chunk()),
                                          caf.message(full_heartbeat())};
  const std::vector<byte_vector> answers{
      caf.message(full_answer()), caf.message(true),
      caf.message(caf::make_error(caf::sec::runtime_error, std::string{"x"}))};
  CHECK(rc::check("changed bytes", [&] {
    const bool asks = *rc::gen::arbitrary<bool>();
    auto payload = *rc::gen::elementOf(asks ? requests : answers);
    for (auto n = *rc::gen::inRange(1, 4); n > 0; --n)
      payload[*rc::gen::inRange<std::size_t>(0, payload.size())] =
          static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
    const bool passed =
        asks ? check_request(payload).has_value() : check_response(payload).has_value();
    RC_ASSERT(!passed || caf.reads(payload));
  }));
}
