#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace volumeviz::http {

/// An event of a stream of Server-Sent Events.
struct stream_event {
  std::string name;
  std::string data;
};

/// Reads the text of a stream, in pieces of any size.
class event_parser {
public:
  /// What comes is the beginning of a stream: the rest of an event that did not arrive is dropped.
  void begin_stream();
  /// Calls `take` with each event that is complete now. False when `take` returned false, or a line
  /// is longer than any of ours can be.
  bool parse(std::string_view text, const std::function<bool(const stream_event&)>& take);
  /// The cursor of what was read so far; empty: the stream has told none.
  const std::string& last_id() const noexcept { return last_id_; }
  void forget_id() { last_id_.clear(); }

private:
  bool end_block(const std::function<bool(const stream_event&)>& take);
  void read_line(std::string_view line);

  std::string line_; ///< the part of a line that has arrived
  std::string id_;   ///< of the block that is being read
  stream_event event_;
  std::string last_id_;
};

} // namespace volumeviz::http
