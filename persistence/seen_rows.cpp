#include "persistence/seen_rows.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace volumeviz::persistence {

namespace {

std::uint64_t hash_of_key(std::string_view key) {
  return std::hash<std::string_view>{}(key);
}

} // namespace

std::uint64_t digest_of(std::string_view shown) {
  return std::hash<std::string_view>{}(shown);
}

std::uint64_t digest_of(const volume& x) {
  return digest_of(std::string_view{shown_text(x)});
}

std::uint64_t digest_of(const container& x) {
  return digest_of(std::string_view{shown_text(x)});
}

void seen_rows::remember(std::string_view key, std::uint64_t digest, row_version version) {
  rows_.push_back({hash_of_key(key), digest, version});
  sorted_ = false;
}

void seen_rows::forget(std::string_view key) {
  if (auto* known = find(key); known != nullptr)
    known->version = no_version;
}

bool seen_rows::equal(std::string_view key, std::uint64_t digest, row_version version) const {
  const auto* known = find(key);
  return version != no_version && known != nullptr && known->digest == digest
         && known->version == version;
}

seen_rows::row* seen_rows::find(std::string_view key) const {
  sort();
  const auto hash = hash_of_key(key);
  const auto found = std::ranges::lower_bound(rows_, hash, {}, &row::key);
  return found == rows_.end() || found->key != hash ? nullptr : &*found;
}

/// Of several rows with one key the last counts.
void seen_rows::sort() const {
  if (std::exchange(sorted_, true))
    return;
  std::ranges::stable_sort(rows_, {}, &row::key);
  const auto first = std::ranges::unique(rows_.rbegin(), rows_.rend(), {}, &row::key).begin();
  rows_.erase(rows_.begin(), first.base());
  rows_.shrink_to_fit();
}

} // namespace volumeviz::persistence
