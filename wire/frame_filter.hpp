#pragma once

#include "wire/frame.hpp"
#include "wire/violation.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace volumeviz::wire {

/// What to do with a frame.
enum class passage : std::uint8_t {
  forward,
  drop ///< harmless and useless: CAF's own question to "SpawnServ"
};
using verdict = tl::expected<passage, complaint>;

/// Decides which frames of a peer reach CAF. Every frame from another machine passes a filter
/// before CAF sees a byte of it; a frame that is refused ends the connection. Each connection has
/// its own filter, and calls it in the order of the frames. Does not use CAF.
class frame_filter {
public:
  virtual ~frame_filter() = default;

  /// Called when a header has been read, before memory is allocated for its payload. `forward`: the
  /// payload may be read.
  virtual verdict header(const frame_header& x) = 0;
  /// Called when the frame is complete.
  virtual verdict frame(const frame_header& x, bytes payload) = 0;
  /// Called for each frame that CAF sends to the peer.
  virtual passage sent(const frame_header& x) = 0;
};

// The rules for lengths and values that hold for both sides.
verdict check_header(const frame_header& x);
/// Checks a message to "SpawnServ": drops CAF's own question, and refuses all else.
verdict check_spawn_server(bytes payload);
/// Checks that a monitor or down message comes from the peer's node and is for ours. CAF passes on
/// a message for a third node, so a side with several peers must give `own`.
verdict check_nodes(bytes payload, bool with_error, const std::string& peer,
                    const std::optional<std::string>& own = {});

} // namespace volumeviz::wire
