#pragma once

#include "messages/type_ids.hpp"
#include "tests/fleet/raw_line.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/basp/header.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/node_id.hpp>
#include <caf/scoped_execution_unit.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::fleet {

namespace basp = caf::io::basp;

/// A member of the fleet that speaks BASP, knows our messages and sends whatever a test wants. It
/// creates its frames itself, with CAF's serializer.
class hostile_member {
public:
  /// The pretended sender of our messages; no such actor exists.
  static constexpr caf::actor_id own_actor = 7;

  struct frame {
    basp::header header;
    std::string payload;
  };

  explicit hostile_member(raw_line line);
  ~hostile_member();

  raw_line& line() { return line_; }
  const caf::node_id& node() const noexcept { return node_; }
  const caf::node_id& hub() const noexcept { return hub_; }
  caf::actor_id gate() const noexcept { return gate_; }
  caf::actor_id session() const noexcept { return session_; } ///< 0: not admitted

  /// Does the handshakes of BASP; false when the hub ends the connection before, or is silent.
  bool shake_hands();
  /// Says hello and introduces itself as `host`. Empty when it has a session; else why not.
  std::string enter(const std::string& host);

  // Send frames. False when the hub has ended the connection, or does not read within 10 s.
  bool send(basp::header header, const std::string& payload); ///< sets the header's payload_len
  bool send_header(const basp::header& header);
  bool send_direct(caf::actor_id to, const caf::message& content, std::uint64_t id = 0,
                   std::uint8_t flags = 0);
  bool send_routed(const caf::node_id& to, caf::actor_id actor, const caf::message& content,
                   std::uint64_t id = 0);
  bool send_client_handshake(const caf::node_id& as);
  bool send_heartbeat();

  /// The answer to a request; empty when none comes in time.
  std::optional<caf::message> ask(caf::actor_id to, const caf::message& content,
                                  std::chrono::milliseconds bound = std::chrono::seconds{5});
  /// The next frame of any kind.
  std::optional<frame> receive(std::chrono::milliseconds bound);
  bool ends_within(std::chrono::milliseconds bound) { return line_.ends_within(bound); }

  // Payloads.
  std::string bytes_of(const basp::header& header);
  std::string bytes_of(const caf::node_id& node);
  std::string bytes_of(const caf::error& why);
  std::string direct_payload(const caf::message& content); ///< of a direct message
  /// An answer to agent_hello with one of our actors as the session.
  std::string forged_welcome();
  /// An error that is nested so many times.
  std::string nested_error(std::size_t depth);

  // Messages that an honest agent sends to its session.
  bool heartbeat(link_heartbeat content);
  /// The answer to a chunk; empty when none comes in time.
  std::optional<write_answer> write(link_chunk chunk,
                                    std::chrono::milliseconds bound = std::chrono::seconds{5});
  /// Sends a chunk without waiting for the answer.
  bool send_chunk(link_chunk chunk);

  /// The id of our n-th request, and of its answer.
  static std::uint64_t request_id(std::uint64_t n);
  static std::uint64_t response_id(std::uint64_t n);
  static caf::node_id some_node();

private:
  struct configuration : caf::actor_system_config {
    configuration();
  };

  /// The payload of the answer to one of our requests.
  std::optional<std::string> answer_to(std::uint64_t number, std::chrono::milliseconds bound);
  std::optional<caf::message> message_in(const std::string& payload);
  std::string read_welcome(std::optional<std::string> answer);
  template <class... Ts>
  std::string serialized(const Ts&... values);
  template <class Content>
  void claim(Content& content);

  configuration settings_;
  caf::actor_system system_{settings_};
  caf::scoped_execution_unit context_{&system_};
  raw_line line_;
  caf::node_id node_ = some_node();
  caf::node_id hub_;
  caf::actor_id gate_ = 0;
  caf::actor_id session_ = 0;
  std::string token_;
  std::uint64_t requests_ = 0;
};

/// A volume as an agent reports it.
volume reported_volume(const std::string& name);
/// A batch with one chunk.
link_chunk whole_batch(std::uint64_t seq, std::vector<volume> present = {});

} // namespace volumeviz::fleet
