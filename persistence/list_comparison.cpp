#include "persistence/list_comparison.hpp"

#include "persistence/text.hpp"

#include <functional>
#include <type_traits>

namespace volumeviz::persistence {

namespace {

/// When fewer rows have changed, comparing them again costs less than reading their versions.
constexpr std::size_t worth_reading = 200;

template <class Resource>
constexpr bool has_mounts = std::is_same_v<Resource, container>;

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
  return mixed(number_in<std::uint64_t>(number) + 1) | 1;
}

} // namespace

template <class Resource>
list_comparison<Resource>::list_comparison(session& on, const std::string& host,
                                           const observed<Resource>& list)
    : compared_rows<Resource>{list}, host_{host} {
  // SQLite has no version of a row. This number changes when any other connection has written; none
  // can while this transaction lasts.
  if (on.kind() == dialect::sqlite)
    of_file_ = version_of(on.query("PRAGMA data_version", {}, 1).at(0).at(0));
  read_rows(on);
  if (has_mounts<Resource> && on.kind() == dialect::postgresql)
    add_mounts(on);
}

template <class Resource>
void list_comparison<Resource>::read_rows(session& on) {
  const auto sqlite = on.kind() == dialect::sqlite;
  on.each_row(keys_and_versions<Resource>(on.kind()), {{"host", host_}}, sqlite ? 1 : 2,
              [&](row_view row) { this->add_row(row[0], sqlite ? of_file_ : version_of(row[1])); });
  this->all_rows_added();
}

/// A container's mounts are part of its version, in any order.
template <class Resource>
void list_comparison<Resource>::add_mounts(session& on) {
  on.each_row("SELECT container_id, volume_id, mount_path, xmin::text FROM volume_mounts WHERE "
              "host = :host::text",
              {{"host", host_}}, 4, [&](row_view row) {
                auto* version = this->version_of_row(row[0]);
                if (version == nullptr)
                  return;
                const std::hash<std::string_view> hash;
                *version += mixed(hash(row[1]) ^ mixed(hash(row[2]) ^ version_of(row[3])));
                *version += *version == no_version ? 1 : 0;
              });
}

/// The transaction has the rows that it has changed locked. But not the other mounts of a container
/// of which it has changed some: such containers are compared again.
template <class Resource>
row_versions
list_comparison<Resource>::of_changed(session& on,
                                      const std::set<std::string_view>& changed) const {
  row_versions result;
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
  return this->known_after(changed, of_changed(on, changed), rejected);
}

template class list_comparison<volume>;
template class list_comparison<container>;

} // namespace volumeviz::persistence
