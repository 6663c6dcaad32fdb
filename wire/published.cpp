#include "wire/published.hpp"

#include "messages/fleet.hpp"
#include "messages/reports.hpp"
#include "wire/shape.hpp"

#include <string>
#include <string_view>

namespace volumeviz::wire {

namespace {

constexpr std::size_t type_list_max = 256;
constexpr std::size_t shown_max = 60;

// A host name has at most 253 characters; a version and an engine's id have far fewer.
constexpr shape_limits hello{.string_max = 256, .elements_max = 0};
constexpr shape_limits heartbeat{.string_max = 4096, .elements_max = 256};
// Strings may be as long as the frame, since Docker decides what a resource contains. A chunk of
// 256 KiB has a few thousand elements.
constexpr shape_limits rows{.string_max = 0xFFFF'FFFF, .elements_max = 100'000};
// sync::bound_answer() leaves at most some 11,300 elements. A mount's detail, a volume's name and a
// path, has some 5 KiB.
constexpr shape_limits outcome{.string_max = 8192, .elements_max = 12'000};
constexpr shape_limits answers{.string_max = 4096, .elements_max = 0};

std::string printable(std::string_view text) {
  std::string shown{text.substr(0, shown_max)};
  for (auto& c : shown)
    if (c < ' ' || c > '~')
      c = '?';
  return shown;
}

} // namespace

template <>
inline constexpr std::uint64_t last_value<ec> = static_cast<std::uint64_t>(ec::internal);
template <>
inline constexpr std::uint64_t last_value<row_kind> = static_cast<std::uint64_t>(row_kind::mount);
template <>
inline constexpr std::uint64_t
    last_value<volumeviz::operation> = static_cast<std::uint64_t>(volumeviz::operation::remove);
template <>
inline constexpr std::uint64_t
    last_value<health_status> = static_cast<std::uint64_t>(health_status::unhealthy);

namespace {

/// The content of a message: the names of its types, then its values.
struct content {
  std::string_view types;
  bytes values;
};

tl::expected<content, complaint> content_of(bytes payload) {
  shape_reader read{payload, {}};
  // A forwarding stack names further actors that get the message; the program uses none.
  if (read.length() != 0 || read.number(2) != 0)
    return refuse(violation::shape, "a message with a forwarding stack or without type names");
  const auto types = read.text(type_list_max);
  if (!read.ok())
    return refuse(violation::shape, "a message whose list of types is too long or cut off");
  return content{types, read.left()};
}

template <class Message>
bool is_a(bytes values, const shape_limits& limits) {
  shape_reader read{values, limits};
  Message each;
  read(each);
  return read.done();
}

bool is_hello(bytes values) {
  shape_reader read{values, hello};
  read.skip(8 + 4); // the atom and the protocol number
  read.text(hello.string_max);
  read.text(hello.string_max);
  return read.done();
}

bool is_hello_answer(bytes values) {
  shape_reader read{values, answers};
  read.skip(4);
  read.text(answers.string_max);
  read.text(answers.string_max);
  return read.done();
}

bool is_welcome(bytes values) {
  shape_reader read{values, answers};
  link_welcome welcome;
  read(welcome);
  read.actor();
  return read.done();
}

bool is_error(bytes values) {
  shape_reader read{values, answers};
  read.error();
  return read.done();
}

struct request_type {
  std::string_view types;
  receiver to;
  bool (*is)(bytes);
};
constexpr std::array requests{
    request_type{"@<>+@atom+@u32+@str+@str", receiver::gate, is_hello},
    request_type{"@<>+volumeviz::agent_hello", receiver::gate,
                 [](bytes x) { return is_a<agent_hello>(x, hello); }},
    request_type{"@<>+volumeviz::link_chunk", receiver::session,
                 [](bytes x) { return is_a<link_chunk>(x, rows); }},
    request_type{"@<>+volumeviz::link_heartbeat", receiver::session,
                 [](bytes x) { return is_a<link_heartbeat>(x, heartbeat); }},
};

struct response_type {
  std::string_view types;
  bool (*is)(bytes);
};
constexpr std::array responses{
    response_type{"@<>+@u32+@str+@str", is_hello_answer},
    response_type{"@<>+volumeviz::link_welcome+@strong_actor_ptr", is_welcome},
    response_type{"@<>+volumeviz::write_answer",
                  [](bytes x) { return is_a<write_answer>(x, outcome); }},
    response_type{"@<>+bool", [](bytes x) { return x.size() == 1; }},
    response_type{"@<>+@error", is_error},
};

template <class Table>
auto find(const Table& table, std::string_view types) {
  auto at = table.begin();
  while (at != table.end() && at->types != types)
    ++at;
  return at;
}

} // namespace

tl::expected<receiver, complaint> check_request(bytes payload) {
  const auto message = content_of(payload);
  if (!message)
    return tl::unexpected{message.error()};
  const auto known = find(requests, message->types);
  if (known == requests.end())
    return refuse(violation::type, "a message of types " + printable(message->types));
  if (!known->is(message->values))
    return refuse(violation::shape, "a malformed or oversized " + printable(message->types));
  return known->to;
}

tl::expected<void, complaint> check_node_question(bytes payload) {
  const auto message = content_of(payload);
  if (!message)
    return tl::unexpected{message.error()};
  if (message->types != "@<>+@atom+@atom+@str")
    return refuse(violation::type, "a message of types " + printable(message->types)
                                       + " to the actor that spawns others");
  shape_reader read{message->values, hello};
  read.skip(8 + 8);
  if (read.text(hello.string_max) != "info" || !read.done())
    return refuse(violation::shape, "a malformed question to the actor that spawns others");
  return {};
}

tl::expected<void, complaint> check_response(bytes payload) {
  const auto message = content_of(payload);
  if (!message)
    return tl::unexpected{message.error()};
  const auto known = find(responses, message->types);
  if (known == responses.end())
    return refuse(violation::type, "an answer of types " + printable(message->types));
  if (!known->is(message->values))
    return refuse(violation::shape, "a malformed " + printable(message->types));
  return {};
}

} // namespace volumeviz::wire
