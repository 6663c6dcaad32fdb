#pragma once

#include "messages/type_ids.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "wire/frame.hpp"

#include <caf/all.hpp>

#include <string_view>
#include <vector>

namespace volumeviz::fuzz {

/// CAF itself, which reads the messages that a filter has passed.
class caf_oracle {
public:
  /// Never ends: at process exit, objects that an actor system needs for its end may be gone
  /// already.
  static caf_oracle& only_one() {
    static auto& x = *new caf_oracle;
    return x;
  }
  /// Ends the program unless CAF can read this payload of a message, to its last byte.
  void must_read(wire::bytes payload) {
    const std::string_view text{reinterpret_cast<const char*>(payload.data()), payload.size()};
    // An actor of another node needs the proxies of a connection.
    if (text.find("@strong_actor_ptr") != std::string_view::npos)
      return;
    std::vector<char> in(text.begin(), text.end());
    caf::binary_deserializer source{&unit_, in};
    std::vector<caf::strong_actor_ptr> stages;
    caf::message content;
    const auto failed = source(stages, content);
    must(!failed, "CAF can read a message that the filter lets pass");
    must(source.remaining() == 0, "a message that passes has nothing behind it");
    must(stages.empty(), "a message that passes is not passed on");
  }

private:
  struct config : caf::actor_system_config {
    config() {
      add_message_types<caf::id_block::volumeviz>();
      set("scheduler.max-threads", std::size_t{1});
    }
  };
  config config_;
  caf::actor_system system_{config_};
  caf::scoped_execution_unit unit_{&system_};
};

} // namespace volumeviz::fuzz
