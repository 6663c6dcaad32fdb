#include "sync/answers.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace volumeviz::sync {

namespace {

// The bytes of an entry besides its characters.
constexpr std::size_t entry = 16;

std::size_t bytes_of(const std::string& x) {
  return x.size() + entry;
}
std::size_t bytes_of(const row_change& x) {
  return x.key.size() + x.detail.size() + entry;
}
std::size_t bytes_of(const rejected_row& x) {
  return x.key.size() + x.reason.size() + entry;
}

/// How many entries, counted from the first, fit into both limits.
template <class T>
std::size_t fitting(const std::vector<T>& all, std::size_t most, std::size_t bytes) {
  std::size_t n = 0;
  for (std::size_t held = 0; n < all.size() && n < most; ++n) {
    held += bytes_of(all[n]);
    if (held > bytes)
      break;
  }
  return n;
}

void count(std::vector<unlisted_changes>& counts, const row_change& x) {
  const auto same = [&x](const auto& y) { return y.kind == x.kind && y.op == x.op; };
  auto known = std::ranges::find_if(counts, same);
  if (known == counts.end())
    known = counts.insert(counts.end(), {.kind = x.kind, .op = x.op, .count = 0});
  ++known->count;
}

} // namespace

void bound_answer(write_summary& x, const answer_limits& limits) {
  constexpr std::size_t text_most = 500;
  const auto changes = fitting(x.changes, limits.changes, limits.bytes);
  for (auto i = changes; i < x.changes.size(); ++i)
    count(x.more_changes, x.changes[i]);
  x.changes.resize(changes);
  for (auto& row : x.rejected) {
    text::cut(row.key, text_most);
    text::cut(row.reason, text_most);
  }
  const auto rejected = fitting(x.rejected, limits.rejected, limits.bytes);
  x.more_rejected += x.rejected.size() - rejected;
  x.rejected.resize(rejected);
  const auto needs_inspect = fitting(x.needs_inspect, limits.needs_inspect, limits.bytes);
  x.more_needs_inspect += x.needs_inspect.size() - needs_inspect;
  x.needs_inspect.resize(needs_inspect);
}

} // namespace volumeviz::sync
