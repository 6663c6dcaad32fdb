#pragma once

#include "messages/type_ids.hpp"
#include "wire/frame.hpp"

#include <caf/all.hpp>
#include <caf/io/basp/header.hpp>

#include <string>
#include <utility>
#include <vector>

namespace volumeviz::wire::testing {

using byte_vector = std::vector<std::byte>;

/// CAF as the program configures it; produces CAF's own bytes.
struct caf_types : caf::actor_system_config {
  caf_types() { add_message_types<caf::id_block::volumeviz>(); }
};

class caf_bytes {
public:
  /// The value in CAF's binary format.
  template <class... Ts>
  byte_vector written(Ts... xs) {
    std::vector<char> out;
    caf::binary_serializer sink{&unit_, out};
    if (auto failed = sink(xs...))
      throw std::runtime_error{"CAF can't serialise this: " + system_.render(failed)};
    return bytes_of(out);
  }
  /// The payload of a message between two actors.
  template <class... Ts>
  byte_vector message(Ts... xs) {
    return written(std::vector<caf::strong_actor_ptr>{}, caf::make_message(std::move(xs)...));
  }
  /// Whether CAF can read this payload as a message.
  bool reads(bytes payload) {
    std::vector<char> in(payload.size());
    for (std::size_t i = 0; i < in.size(); ++i)
      in[i] = static_cast<char>(payload[i]);
    caf::binary_deserializer source{&unit_, in};
    std::vector<caf::strong_actor_ptr> stages;
    caf::message content;
    return !source(stages, content) && source.remaining() == 0;
  }
  caf::strong_actor_ptr some_actor() {
    return caf::actor_cast<caf::strong_actor_ptr>(
        system_.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; }));
  }
  caf::actor_system& system() { return system_; }

private:
  static byte_vector bytes_of(const std::vector<char>& from) {
    byte_vector to(from.size());
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = static_cast<std::byte>(from[i]);
    return to;
  }

  caf_types config_;
  caf::actor_system system_{config_};
  caf::scoped_execution_unit unit_{&system_};
};

/// One system for all tests of a file that can share one, since starting one takes some
/// milliseconds. It never ends: at process exit, objects that an actor system needs for its end may
/// be gone already.
inline caf_bytes& shared_caf() {
  static auto& x = *new caf_bytes;
  return x;
}

/// The node of another process.
inline caf::node_id node_number(std::uint8_t x) {
  caf::node_id::default_data::host_id_type host{};
  host.fill(x);
  return caf::make_node_id(x, host);
}

/// A frame: its header as CAF's own type, and its payload.
struct frame {
  caf::io::basp::header header{caf::io::basp::message_type::heartbeat, 0, 0, 0, 0, 0};
  byte_vector payload;

  byte_vector bytes_on_the_wire() const;
  frame_header parsed() const;
};

// CAF's frames, as caf::io::basp::instance creates them.
frame client_handshake(const caf::node_id& from, std::uint8_t flags = 0);
frame server_handshake(const caf::node_id& from, std::uint64_t gate);
frame request(std::uint64_t from, std::uint64_t to, byte_vector content, std::uint64_t number = 1);
frame response(std::uint64_t from, std::uint64_t to, byte_vector content, std::uint64_t number = 1);
frame monitor(const caf::node_id& from, const caf::node_id& to, std::uint64_t actor);
frame down(const caf::node_id& from, const caf::node_id& to, std::uint64_t actor,
           const caf::error& why);
frame heartbeat();

inline std::string text_of(const caf::node_id& x) {
  return caf::to_string(x);
}

} // namespace volumeviz::wire::testing
