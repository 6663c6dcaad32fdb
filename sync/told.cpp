#include "sync/told.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <unordered_set>

namespace volumeviz::sync {

namespace {

// How far the clocks of two machines may be apart.
constexpr timestamp ahead_max = 60 * nanos_per_second;

/// Calls `visit` with each key that is named as present or gone.
template <class Resource, class Visit>
void each_named_key(const observed<Resource>& of, Visit visit) {
  each_present_key(of, visit);
  for (const auto& key : of.gone)
    visit(std::string_view{key});
}

/// The keys that exist, but of which the list says no more.
template <class Resource>
std::unordered_set<std::string_view> only_also_present(const observed<Resource>& of) {
  std::unordered_set<std::string_view> keys{of.also_present.begin(), of.also_present.end()};
  if (!keys.empty())
    each_named_key(of, [&keys](std::string_view key) { keys.erase(key); });
  return keys;
}

template <class Resource>
void bound_told(observed<Resource>& of, timestamp latest) {
  if (of.told.empty())
    return;
  std::erase_if(of.told, [](const told_change& x) { return x.at <= never; });
  for (auto& x : of.told)
    x.at = std::min(x.at, latest);
  sort_told(of.told);
  of.told = told_of(of, of.told);
}

} // namespace

const told_change* find_told(const std::vector<told_change>& all, std::string_view key) {
  const auto i = std::ranges::lower_bound(all, key, {}, &told_change::key);
  return i != all.end() && i->key == key ? &*i : nullptr;
}

void sort_told(std::vector<told_change>& all) {
  std::ranges::sort(all, [](const told_change& a, const told_change& b) {
    return a.key != b.key ? a.key < b.key : a.at > b.at;
  });
  const auto doubles = std::ranges::unique(all, {}, &told_change::key);
  all.erase(doubles.begin(), doubles.end());
}

template <class Resource>
std::vector<told_change> told_of(const observed<Resource>& of,
                                 const std::vector<told_change>& known) {
  std::vector<told_change> result;
  if (known.empty())
    return result;
  if (of.complete) {
    const auto unknown = only_also_present(of);
    std::ranges::copy_if(known, std::back_inserter(result),
                         [&unknown](const told_change& x) { return !unknown.contains(x.key); });
    return result;
  }
  each_named_key(of, [&](std::string_view key) {
    if (const auto* told = find_told(known, key))
      result.push_back(*told);
  });
  sort_told(result);
  return result;
}

template std::vector<told_change> told_of(const observed<volume>&, const std::vector<told_change>&);
template std::vector<told_change> told_of(const observed<container>&,
                                          const std::vector<told_change>&);

void bound_told(change_batch& x, timestamp now) {
  const auto latest = now + ahead_max;
  x.observed_at = std::clamp(x.observed_at, never, latest);
  bound_told(x.volumes, latest);
  bound_told(x.containers, latest);
}

} // namespace volumeviz::sync
