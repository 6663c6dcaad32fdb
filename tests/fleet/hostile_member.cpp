#include "tests/fleet/hostile_member.hpp"

#include "identity/credentials.hpp"
#include "tests/support/process.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <random>
#include <set>
#include <stdexcept>
#include <utility>

namespace volumeviz::fleet {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

namespace {

using buffer = std::vector<char>;

std::string text_of(const buffer& bytes) {
  return {bytes.begin(), bytes.end()};
}

buffer bytes_in(const std::string& text) {
  return {text.begin(), text.end()};
}

} // namespace

hostile_member::configuration::configuration() {
  add_message_types<caf::id_block::volumeviz>();
  set("scheduler.max-threads", std::size_t{1});
  set("logger.verbosity", caf::atom("quiet"));
}

hostile_member::hostile_member(raw_line line) : line_{std::move(line)} {
  support::ignore_broken_pipes(); // OpenSSL writes to sockets that may be closed
}

hostile_member::~hostile_member() = default;

caf::node_id hostile_member::some_node() {
  std::random_device random;
  caf::node_id::default_data::host_id_type host{};
  for (auto& x : host)
    x = static_cast<std::uint8_t>(random());
  return caf::make_node_id(random() % 60'000 + 1, host);
}

std::uint64_t hostile_member::request_id(std::uint64_t n) {
  return caf::make_message_id().integer_value() | n;
}

std::uint64_t hostile_member::response_id(std::uint64_t n) {
  return caf::message_id{request_id(n)}.response_id().integer_value();
}

template <class... Ts>
std::string hostile_member::serialized(const Ts&... values) {
  buffer result;
  caf::binary_serializer sink{&context_, result};
  if (auto failed = sink(const_cast<Ts&>(values)...))
    throw std::runtime_error{"CAF does not serialize what the test sends"};
  return text_of(result);
}

/// Each message of an agent carries the token of its session.
template <class Content>
void hostile_member::claim(Content& content) {
  content.token = token_;
}

std::string hostile_member::bytes_of(const basp::header& header) {
  return serialized(header);
}

std::string hostile_member::bytes_of(const caf::node_id& node) {
  return serialized(node);
}

std::string hostile_member::bytes_of(const caf::error& why) {
  return serialized(why);
}

std::string hostile_member::direct_payload(const caf::message& content) {
  return serialized(std::vector<caf::strong_actor_ptr>{}, content);
}

bool hostile_member::send(basp::header header, const std::string& payload) {
  header.payload_len = static_cast<std::uint32_t>(payload.size());
  return line_.send(bytes_of(header) + payload);
}

bool hostile_member::send_header(const basp::header& header) {
  return line_.send(bytes_of(header));
}

bool hostile_member::send_direct(caf::actor_id to, const caf::message& content, std::uint64_t id,
                                 std::uint8_t flags) {
  return send({basp::message_type::direct_message, flags, 0, id, own_actor, to},
              direct_payload(content));
}

bool hostile_member::send_routed(const caf::node_id& to, caf::actor_id actor,
                                 const caf::message& content, std::uint64_t id) {
  return send({basp::message_type::routed_message, 0, 0, id, own_actor, actor},
              serialized(node_, to, std::vector<caf::strong_actor_ptr>{}, content));
}

bool hostile_member::send_client_handshake(const caf::node_id& as) {
  return send({basp::message_type::client_handshake, 0, 0, 0, 0, 0}, bytes_of(as));
}

bool hostile_member::send_heartbeat() {
  return send_header({basp::message_type::heartbeat, 0, 0, 0, 0, 0});
}

std::optional<hostile_member::frame> hostile_member::receive(milliseconds bound) {
  const auto head = line_.receive(basp::header_size, bound);
  if (!head)
    return {};
  auto bytes = bytes_in(*head);
  frame result{};
  caf::binary_deserializer source{&context_, bytes};
  if (auto failed = source(result.header))
    throw std::runtime_error{"what the hub sends is not a frame"};
  auto payload = line_.receive(result.header.payload_len, std::chrono::seconds{5});
  if (!payload)
    return {};
  result.payload = std::move(*payload);
  return result;
}

std::optional<std::string> hostile_member::answer_to(std::uint64_t number, milliseconds bound) {
  const auto until = clock::now() + bound;
  while (clock::now() < until) {
    auto got = receive(std::chrono::ceil<milliseconds>(until - clock::now()));
    if (!got)
      return {};
    if (got->header.operation == basp::message_type::direct_message
        && got->header.operation_data == response_id(number))
      return std::move(got->payload);
  }
  return {};
}

std::optional<caf::message> hostile_member::message_in(const std::string& payload) {
  auto bytes = bytes_in(payload);
  caf::binary_deserializer source{&context_, bytes};
  std::vector<caf::strong_actor_ptr> stages;
  caf::message content;
  if (auto failed = source(stages, content))
    return {};
  return content;
}

std::optional<caf::message> hostile_member::ask(caf::actor_id to, const caf::message& content,
                                                milliseconds bound) {
  const auto number = ++requests_;
  if (!send_direct(to, content, request_id(number)))
    return {};
  const auto answer = answer_to(number, bound);
  return answer ? message_in(*answer) : std::nullopt;
}

bool hostile_member::shake_hands() {
  // The hub's front sends nothing before.
  if (!send_client_handshake(node_))
    return false;
  const auto first = receive(std::chrono::seconds{5});
  if (!first || first->header.operation != basp::message_type::server_handshake)
    return false;
  auto bytes = bytes_in(first->payload);
  caf::binary_deserializer source{&context_, bytes};
  std::vector<std::string> applications;
  std::set<std::string> messages;
  return !source(hub_, applications, gate_, messages);
}

std::string hostile_member::enter(const std::string& host) {
  const auto greeted =
      ask(gate_, caf::make_message(atom::hello_v, link_protocol, host, std::string{"0.1.0"}));
  if (!greeted || !greeted->match_elements<std::uint32_t, std::string, std::string>())
    return "no answer to hello";
  if (!greeted->get_as<std::string>(2).empty())
    return greeted->get_as<std::string>(2);
  agent_hello hello;
  hello.host = host;
  hello.program_version = "0.1.0";
  hello.incarnation = std::random_device{}();
  const auto number = ++requests_;
  send_direct(gate_, caf::make_message(hello), request_id(number));
  return read_welcome(answer_to(number, std::chrono::seconds{5}));
}

std::string hostile_member::read_welcome(std::optional<std::string> answer) {
  if (!answer)
    return "no answer to agent_hello";
  if (const auto refused = message_in(*answer); refused && refused->match_elements<caf::error>())
    return "refused: " + caf::to_string(*refused);
  // Not with a handle, since this side has no proxies.
  auto bytes = bytes_in(*answer);
  caf::binary_deserializer source{&context_, bytes};
  std::vector<caf::strong_actor_ptr> stages;
  std::uint16_t zero = 0;
  std::string types;
  link_welcome welcome;
  caf::node_id node;
  if (source(stages) || source.begin_object(zero, types) || source(welcome, session_, node))
    return "the welcome is not one";
  token_ = welcome.token;
  if (node == hub_)
    return {};
  session_ = 0;
  return "the session is not the hub's but an actor of " + caf::to_string(node);
}

std::string hostile_member::forged_welcome() {
  link_welcome welcome;
  welcome.snapshot = true;
  auto content = serialized(std::vector<caf::strong_actor_ptr>{},
                            caf::make_message(welcome, caf::strong_actor_ptr{}));
  // Replaces the null handle by that of our own actor: its id and node.
  content.resize(content.size() - serialized(caf::strong_actor_ptr{}).size());
  return content + serialized(own_actor, node_);
}

std::string hostile_member::nested_error(std::size_t depth) {
  const auto inner = serialized(caf::make_message(1));
  auto level =
      serialized(caf::make_message(caf::error{1, caf::atom("system"), caf::make_message(1)}));
  level.resize(level.size() - inner.size());
  auto result = serialized(std::vector<caf::strong_actor_ptr>{});
  for (std::size_t i = 0; i < depth; ++i)
    result += level;
  return result + inner;
}

bool hostile_member::heartbeat(link_heartbeat content) {
  claim(content);
  return send_direct(session_, caf::make_message(std::move(content)), request_id(++requests_));
}

bool hostile_member::send_chunk(link_chunk chunk) {
  claim(chunk);
  return send_direct(session_, caf::make_message(std::move(chunk)), request_id(++requests_));
}

std::optional<write_answer> hostile_member::write(link_chunk chunk, milliseconds bound) {
  claim(chunk);
  const auto number = ++requests_;
  if (!send_direct(session_, caf::make_message(std::move(chunk)), request_id(number)))
    return {};
  // The hub ends the session of an agent that does not say that it lives.
  std::optional<std::string> payload;
  const auto until = std::chrono::steady_clock::now() + bound;
  while (!payload && std::chrono::steady_clock::now() < until && heartbeat({}))
    payload = answer_to(number, std::chrono::seconds{1});
  const auto answer = payload ? message_in(*payload) : std::nullopt;
  if (!answer || !answer->match_elements<write_answer>())
    return {};
  return answer->get_as<write_answer>(0);
}

volume reported_volume(const std::string& name) {
  volume result;
  result.name = name;
  result.driver = result.scope = "local";
  return result;
}

link_chunk whole_batch(std::uint64_t seq, std::vector<volume> present) {
  link_chunk result;
  result.seq = seq;
  result.last = true;
  result.part.volumes.present = std::move(present);
  return result;
}

} // namespace volumeviz::fleet
