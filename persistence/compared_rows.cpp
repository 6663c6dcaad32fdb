#include "persistence/compared_rows.hpp"

#include <algorithm>
#include <type_traits>

namespace volumeviz::persistence {

namespace {

/// A list says nothing of what only the caller knows: the row is then compared always.
template <class X>
bool always_compared(const X& x) {
  if constexpr (std::is_same_v<X, volume> || std::is_same_v<X, packed_rest<volume>>)
    return x.recreated;
  else
    return x.times_unknown || x.from_inspect;
}

} // namespace

template <class Resource>
compared_rows<Resource>::compared_rows(const observed<Resource>& list)
    : list_{list}, places_{count_present(list)},
      versions_(count_present(list), no_version), also_there_{list.also_present.begin(),
                                                              list.also_present.end()} {
  each_present_key(list, [this](std::string_view key) { places_.add(key); });
  also_there_.insert(list.gone.begin(), list.gone.end());
}

template <class Resource>
void compared_rows<Resource>::add_row(std::string_view key, row_version version) {
  ++rows_;
  if (const auto place = places_.find(key))
    versions_[*place] = version;
  else if (!also_there_.contains(key))
    missing_.emplace_back(key);
}

template <class Resource>
void compared_rows<Resource>::all_rows_added() {
  also_there_ = {};
  std::ranges::sort(missing_);
}

template <class Resource>
row_version* compared_rows<Resource>::version_of_row(std::string_view key) {
  const auto place = places_.find(key);
  return !place || versions_[*place] == no_version ? nullptr : &versions_[*place];
}

template <class Resource>
bool compared_rows<Resource>::may_differ(std::size_t place, const Resource& x,
                                         const seen_rows& seen) const {
  return always_compared(x) || !seen.equal(key_of(x), digest_of(x), versions_[place]);
}

template <class Resource>
bool compared_rows<Resource>::may_differ(std::size_t place, const packed_entry<Resource>& x,
                                         const seen_rows& seen) const {
  return always_compared(x.rest()) || !seen.equal(x.key(), digest_of(x.shown()), versions_[place]);
}

template <class Resource>
seen_rows compared_rows<Resource>::known_after(const std::set<std::string_view>& changed,
                                               const row_versions& now,
                                               const std::set<std::string_view>& rejected) const {
  seen_rows seen;
  seen.reserve(count_present(list_));
  std::size_t place = 0;
  const auto remember = [&](bool compared, auto digest) {
    const auto version = versions_[place];
    const auto key = places_[place++];
    if (!compared || rejected.contains(key))
      return;
    if (!changed.contains(key))
      seen.remember(key, digest(), version);
    else if (const auto known = now.find(key); known != now.end())
      seen.remember(key, digest(), known->second);
  };
  for (const auto& x : list_.present)
    remember(!always_compared(x), [&x] { return digest_of(x); });
  list_.listed.each([&](const packed_entry<Resource>& x) {
    remember(!always_compared(x.rest()), [&x] { return digest_of(x.shown()); });
  });
  return seen;
}

template class compared_rows<volume>;
template class compared_rows<container>;

} // namespace volumeviz::persistence
