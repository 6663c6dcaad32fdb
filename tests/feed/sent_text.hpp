#pragma once

#include "feed/change_feed.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Takes all that waits for a subscriber, as a connection that keeps up does.
inline std::string drain(volumeviz::feed::change_feed& feed, std::uint64_t subscriber,
                         volumeviz::feed::time_point now) {
  std::string text;
  std::vector<std::string_view> pieces;
  do {
    feed.waiting(subscriber).pieces(pieces, 16);
    std::size_t bytes = 0;
    for (const auto piece : pieces) {
      text += piece;
      bytes += piece.size();
    }
    feed.sent(subscriber, bytes, now);
  } while (!feed.waiting(subscriber).empty());
  return text;
}

/// The cursors of the changes in a text of events.
inline std::vector<std::int64_t> ids_in(std::string_view text) {
  constexpr std::string_view mark = "id: ", change = "\nevent: change\n";
  std::vector<std::int64_t> ids;
  for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1)) {
    const auto end = text.find('\n', at);
    if (text.substr(end).starts_with(change))
      ids.push_back(std::stoll(std::string{text.substr(at + mark.size(), end - at)}));
  }
  return ids;
}
