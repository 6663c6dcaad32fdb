#pragma once

#include "wire/frame.hpp"
#include "wire/violation.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace volumeviz::wire {

/// What to do with a frame of the peer.
enum class passage : std::uint8_t {
  forward,
  drop ///< harmless and of no use: CAF's own question for a SpawnServ
};
using verdict = tl::expected<passage, complaint>;

/// The choke point: every frame that comes from another machine passes one of these before CAF sees
/// a byte of it, and what it does not let pass ends the connection. One for each connection; its
/// functions are called in the order of the frames. Makes no use of CAF.
class frame_filter {
public:
  virtual ~frame_filter() = default;

  /// A header has come; its payload has not been read, and no memory taken for it. `forward` means
  /// that the rest may be read.
  virtual verdict header(const frame_header& x) = 0;
  /// The frame is complete.
  virtual verdict frame(const frame_header& x, bytes payload) = 0;
  /// CAF sends this to the peer.
  virtual passage sent(const frame_header& x) = 0;
};

// What both sides know of lengths and values, whoever the peer is.
verdict check_header(const frame_header& x);
/// Of a message to a SpawnServ: dropped when it is CAF's own question.
verdict check_spawn_server(bytes payload);
/// Of a monitor or down message: from the peer's node, and for ours. CAF passes one for a third
/// node on to it, so where there are others `own` must be given; without it there is none but the
/// peer.
verdict check_nodes(bytes payload, bool with_error, const std::string& peer,
                    const std::optional<std::string>& own = {});

} // namespace volumeviz::wire
