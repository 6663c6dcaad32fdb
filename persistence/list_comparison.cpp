#include "persistence/list_comparison.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <type_traits>
#include <unordered_set>

namespace volumeviz::persistence {

namespace {

/// When fewer rows have changed, comparing them again costs less than reading their versions.
constexpr std::size_t worth_reading = 200;

template <class Resource>
constexpr bool has_mounts = std::is_same_v<Resource, container>;

/// A list says nothing of what only the caller knows: the row is then compared always.
template <class X>
bool always_compared(const X& x) {
  if constexpr (std::is_same_v<X, volume> || std::is_same_v<X, packed_rest<volume>>)
    return x.recreated;
  else
    return x.times_unknown || x.from_inspect;
}

/// Key, and PostgreSQL's version of each row: the transaction that has written it.
template <class Resource>
std::string keys_and_versions(dialect kind) {
  const std::string table = has_mounts<Resource> ? "containers" : "volumes";
  const std::string key = has_mounts<Resource> ? "container_id" : "volume_id";
  return kind == dialect::sqlite
             ? "SELECT " + key + " FROM " + table + " WHERE host = :host"
             : "SELECT " + key + ", xmin::text FROM " + table + " WHERE host = :host::text";
}

/// The finalizer of MurmurHash3: each bit changes half of the others.
std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

/// Never no_version.
row_version version_of(std::string_view number) {
  std::uint64_t value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return mixed(value + 1) | 1;
}

} // namespace

template <class Resource>
list_comparison<Resource>::list_comparison(session& on, const std::string& host,
                                           const observed<Resource>& list)
    : host_{host}, list_{list}, places_{count_present(list)},
      versions_(count_present(list), no_version) {
  each_present_key(list, [this](std::string_view key) { places_.add(key); });
  // SQLite has no version of a row. This number changes when any other connection has written; none
  // can while this transaction lasts.
  if (on.kind() == dialect::sqlite)
    of_file_ = version_of(on.query("PRAGMA data_version", {}, 1).at(0).at(0));
  read_rows(on);
  if (has_mounts<Resource> && on.kind() == dialect::postgresql)
    add_mounts(on);
  std::ranges::sort(missing_);
}

template <class Resource>
void list_comparison<Resource>::read_rows(session& on) {
  std::unordered_set<std::string_view> also{list_.also_present.begin(), list_.also_present.end()};
  also.insert(list_.gone.begin(), list_.gone.end());
  const auto sqlite = on.kind() == dialect::sqlite;
  on.each_row(keys_and_versions<Resource>(on.kind()), {{"host", host_}}, sqlite ? 1 : 2,
              [&](row_view row) {
                ++rows_;
                if (const auto place = places_.find(row[0]))
                  versions_[*place] = sqlite ? of_file_ : version_of(row[1]);
                else if (!also.contains(row[0]))
                  missing_.emplace_back(row[0]);
              });
}

/// A container's mounts are part of its version, in any order.
template <class Resource>
void list_comparison<Resource>::add_mounts(session& on) {
  on.each_row("SELECT container_id, volume_id, mount_path, xmin::text FROM volume_mounts WHERE "
              "host = :host::text",
              {{"host", host_}}, 4, [&](row_view row) {
                const auto place = places_.find(row[0]);
                if (!place || versions_[*place] == no_version)
                  return;
                auto& version = versions_[*place];
                const std::hash<std::string_view> hash;
                version += mixed(hash(row[1]) ^ mixed(hash(row[2]) ^ version_of(row[3])));
                version += version == no_version ? 1 : 0;
              });
}

template <class Resource>
bool list_comparison<Resource>::may_differ(std::size_t place, const Resource& x,
                                           const seen_rows& seen) const {
  return always_compared(x) || !seen.equal(key_of(x), digest_of(x), versions_[place]);
}

template <class Resource>
bool list_comparison<Resource>::may_differ(std::size_t place, const packed_entry<Resource>& x,
                                           const seen_rows& seen) const {
  return always_compared(x.rest()) || !seen.equal(x.key(), digest_of(x.shown()), versions_[place]);
}

/// The transaction has the rows that it has changed locked. But not the other mounts of a container
/// of which it has changed some: such containers are compared again.
template <class Resource>
typename list_comparison<Resource>::versions
list_comparison<Resource>::of_changed(session& on,
                                      const std::set<std::string_view>& changed) const {
  versions result;
  if (on.kind() == dialect::sqlite)
    for (const auto key : changed)
      result.emplace(key, of_file_);
  else if (!has_mounts<Resource> && changed.size() > worth_reading)
    on.each_row(keys_and_versions<Resource>(on.kind()), {{"host", host_}}, 2, [&](row_view row) {
      if (const auto key = changed.find(row[0]); key != changed.end())
        result.emplace(*key, version_of(row[1]));
    });
  return result;
}

template <class Resource>
seen_rows
list_comparison<Resource>::after_writing(session& on, const std::set<std::string_view>& changed,
                                         const std::set<std::string_view>& rejected) const {
  const auto now = of_changed(on, changed);
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

template class list_comparison<volume>;
template class list_comparison<container>;

} // namespace volumeviz::persistence
