#include "persistence/list_comparison.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <type_traits>
#include <unordered_set>

namespace volumeviz::persistence {

namespace {

/// When fewer rows have changed, comparing them again costs less than reading all versions again.
constexpr std::size_t worth_reading_again = 200;

const std::string& key_of(const volume& x) {
  return x.name;
}
const std::string& key_of(const container& x) {
  return x.id;
}

/// A list says nothing of what only the caller knows: the row is then compared always.
bool always_compared(const volume& x) {
  return x.recreated;
}
bool always_compared(const container& x) {
  return x.times_unknown || x.from_inspect;
}

std::string keys_and_versions(dialect kind, const volume*) {
  return kind == dialect::sqlite
             ? "SELECT volume_id, '' FROM volumes WHERE host = :host"
             : "SELECT volume_id, xmin::text FROM volumes WHERE host = :host::text";
}
std::string keys_and_versions(dialect kind, const container*) {
  return kind == dialect::sqlite
             ? "SELECT container_id, '' FROM containers WHERE host = :host"
             : "SELECT container_id, xmin::text FROM containers WHERE host = :host::text";
}

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL; // the finalizer of MurmurHash3: each bit changes half of the others
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

/// Never no_version.
row_version version_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return mixed(number + 1) | 1;
}

} // namespace

template <class Resource>
list_comparison<Resource>::list_comparison(session& on, const std::string& host,
                                           const observed<Resource>& list)
    : host_{host}, list_{list} {
  versions_.reserve(list.present.size());
  for (const auto& x : list.present)
    versions_.emplace(key_of(x), no_version);
  read_versions(on, true);
  std::ranges::sort(missing_);
}

template <class Resource>
void list_comparison<Resource>::read_versions(session& on, bool first) {
  const auto sqlite = on.kind() == dialect::sqlite;
  // SQLite has no version of a row; this number changes when any other connection has written.
  const auto of_file = sqlite ? on.query("PRAGMA data_version", {}, 1).at(0).at(0) : std::string{};
  std::unordered_set<std::string_view> also;
  if (first) {
    also.insert(list_.also_present.begin(), list_.also_present.end());
    also.insert(list_.gone.begin(), list_.gone.end());
  }
  on.each_row(keys_and_versions(on.kind(), static_cast<const Resource*>(nullptr)),
              {{"host", host_}}, 2, [&](row_view row) {
                rows_ += first ? 1 : 0;
                const auto listed = versions_.find(row[0]);
                if (listed != versions_.end())
                  listed->second = version_of(sqlite ? std::string_view{of_file} : row[1]);
                else if (first && !also.contains(row[0]))
                  missing_.emplace_back(row[0]);
              });
  if constexpr (std::is_same_v<Resource, container>) {
    if (sqlite)
      return;
    // A container's mounts are part of its version: their order does not matter.
    on.each_row("SELECT container_id, volume_id, mount_path, xmin::text FROM volume_mounts WHERE "
                "host = :host::text",
                {{"host", host_}}, 4, [&](row_view row) {
                  const auto listed = versions_.find(row[0]);
                  if (listed == versions_.end() || listed->second == no_version)
                    return;
                  const std::hash<std::string_view> hash;
                  listed->second += mixed(hash(row[1]) ^ mixed(hash(row[2]) ^ version_of(row[3])));
                  listed->second += listed->second == no_version ? 1 : 0;
                });
  }
}

template <class Resource>
const std::vector<Resource>& list_comparison<Resource>::to_compare(const seen_rows& seen) {
  fewer_.clear();
  for (const auto& x : list_.present)
    if (always_compared(x) || !seen.equal(key_of(x), digest_of(x), versions_.at(key_of(x))))
      fewer_.push_back(x);
  if (fewer_.size() < list_.present.size())
    return fewer_;
  fewer_ = {};
  return list_.present;
}

template <class Resource>
seen_rows list_comparison<Resource>::after_writing(session& on,
                                                   const std::set<std::string_view>& changed,
                                                   const std::set<std::string_view>& rejected) {
  const auto again = changed.size() > worth_reading_again;
  if (again)
    read_versions(on, false);
  seen_rows seen;
  seen.reserve(list_.present.size());
  for (const auto& x : list_.present) {
    const auto& key = key_of(x);
    const auto known = !rejected.contains(key) && (again || !changed.contains(key));
    if (known && !always_compared(x))
      seen.remember(key, digest_of(x), versions_.at(key));
  }
  return seen;
}

template class list_comparison<volume>;
template class list_comparison<container>;

} // namespace volumeviz::persistence
