#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// Cuts a stream of bytes into lines, however the bytes were split on their way. Removes the record
/// separator (0x1E) in front of a json-seq record and a CR at the end, and skips empty lines.
class line_reader {
public:
  using on_line = std::function<void(std::string_view)>; ///< the view is valid during the call only
  using on_too_long =
      std::function<void(std::size_t limit)>; ///< once for a line over the limit, which is skipped

  explicit line_reader(std::size_t limit) : limit_{limit} {}

  void feed(std::string_view bytes, const on_line& line, const on_too_long& too_long);

  /// Bytes of the line that is not complete yet.
  std::size_t pending() const noexcept { return partial_.size(); }
  /// True within a line that is too long, up to its end.
  bool skipping() const noexcept { return skipping_; }

private:
  std::size_t limit_;
  std::string partial_;
  bool skipping_ = false;
};

} // namespace volumeviz::docker
