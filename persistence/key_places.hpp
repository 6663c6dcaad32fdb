#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// Finds the places of keys in a list. A hash table in one piece of memory: std::unordered_map
/// would allocate each of 100,000 entries.
class key_places {
public:
  /// For at most so many keys.
  explicit key_places(std::size_t most) : slots_(std::bit_ceil(2 * most + 1)) {
    keys_.reserve(most);
  }

  /// The key at the next place, from 0 on; it must outlive this. False when an earlier place has
  /// the same key: find() returns that one.
  bool add(std::string_view key) {
    keys_.push_back(key);
    const auto hash = hash_of(key);
    auto& mine = slots_[slot_of(key, hash)];
    if (mine.place != 0)
      return false;
    mine = {hash_part(hash), static_cast<std::uint32_t>(keys_.size())};
    return true;
  }

  std::optional<std::size_t> find(std::string_view key) const {
    const auto& found = slots_[slot_of(key, hash_of(key))];
    return found.place == 0 ? std::nullopt : std::optional<std::size_t>{found.place - 1};
  }

  std::string_view operator[](std::size_t place) const { return keys_[place]; }
  std::size_t size() const noexcept { return keys_.size(); }

private:
  struct slot {
    std::uint32_t hash = 0;  ///< a part of it that does not choose the slot
    std::uint32_t place = 0; ///< and 1; 0: empty
  };

  static std::size_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }
  static std::uint32_t hash_part(std::size_t hash) {
    return static_cast<std::uint32_t>(hash >> 32);
  }

  /// The key's slot, or the empty one where it belongs.
  std::size_t slot_of(std::string_view key, std::size_t hash) const {
    const auto mask = slots_.size() - 1;
    auto at = hash & mask;
    while (slots_[at].place != 0
           && (slots_[at].hash != hash_part(hash) || keys_[slots_[at].place - 1] != key))
      at = (at + 1) & mask;
    return at;
  }

  std::vector<slot> slots_;
  std::vector<std::string_view> keys_;
};

} // namespace volumeviz::persistence
