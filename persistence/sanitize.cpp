#include "persistence/sanitize.hpp"

#include "persistence/key_places.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace volumeviz::persistence {

namespace {

// Limits of keys, far above Docker's own (names 255, ids 64, paths 4096 by the kernel), so only
// broken data exceeds them. A key is part of an index entry, which PostgreSQL limits to about 2,700
// bytes after compression.
constexpr std::size_t host_limit = 253;
constexpr std::size_t volume_name_limit = 1024;
constexpr std::size_t container_id_limit = 256;
constexpr std::size_t mount_path_limit = 4096;
// Other text is cut: one host must not fill the database, nor every page of a list.
constexpr std::size_t word_limit = 512; ///< a driver, a scope, a state
constexpr std::size_t text_limit = 4096;
constexpr std::size_t engine_limit = 256;

class cleaner {
public:
  explicit cleaner(std::uint64_t& count) : count_{count} {}

  template <class... Text>
  void operator()(Text&... texts) {
    ((count_ += text::make_storable(texts) ? 1 : 0), ...);
  }

  void operator()(key_values& values) {
    if (std::ranges::all_of(values, [](const auto& x) {
          return text::is_storable(x.first) && text::is_storable(x.second);
        }))
      return;
    key_values cleaned;
    for (const auto& [key, value] : values) {
      auto pair = std::pair{key, value};
      (*this)(pair.first, pair.second);
      cleaned.insert_or_assign(std::move(pair.first), std::move(pair.second));
    }
    values = std::move(cleaned);
  }

private:
  std::uint64_t& count_;
};

/// Why this can't be a key; empty when it can.
std::string objection(const char* what, const std::string& key, std::size_t limit) {
  if (key.empty())
    return std::string{"the "} + what + " is empty";
  if (key.size() > limit)
    return std::string{"the "} + what + " has " + std::to_string(key.size()) + " bytes, more than "
           + std::to_string(limit);
  return {};
}

/// Enough of a key to recognise it in a report.
std::string abbreviated(std::string key) {
  text::cut(key, 256);
  return key;
}

/// Whether no text of the resource has to be cut, and no mount of it has to be rejected.
bool is_bounded(const packed_entry<volume>& x) {
  constexpr std::size_t driver = 1, mountpoint = 2, scope = 3;
  return x.text(driver).size() <= word_limit && x.text(mountpoint).size() <= text_limit
         && x.text(scope).size() <= word_limit;
}

bool is_bounded(const packed_entry<container>& packed) {
  const auto x = packed.unpacked();
  const auto is_key = [](const std::string& text, std::size_t limit) {
    return !text.empty() && text.size() <= limit;
  };
  const auto places = [](const mount& m) { return std::tie(m.volume, m.path); };
  auto mounts = x.mounts;
  std::ranges::sort(mounts, {}, places);
  return x.state.size() <= word_limit && x.name.size() <= text_limit && x.image.size() <= text_limit
         && x.status.size() <= text_limit
         && std::ranges::adjacent_find(mounts, {}, places) == mounts.end()
         && std::ranges::all_of(mounts, [&is_key](const mount& m) {
              return is_key(m.volume, volume_name_limit) && is_key(m.path, mount_path_limit);
            });
}

/// Where a key of a row was replaced, so is the one here. It counts once.
void clean_told(std::vector<told_change>& all) {
  bool replaced = false;
  for (auto& x : all)
    replaced |= text::make_storable(x.key);
  if (replaced)
    std::ranges::sort(all, {}, &told_change::key);
}

void sanitize_volumes(sanitized_batch& x, cleaner& clean) {
  std::map<std::string, volume> kept;
  for (auto& v : x.batch.volumes.present) {
    clean(v.name, v.driver, v.mountpoint, v.scope);
    clean(v.labels);
    clean(v.options);
    text::cut(v.driver, word_limit);
    text::cut(v.scope, word_limit);
    text::cut(v.mountpoint, text_limit);
    if (auto reason = objection("volume's name", v.name, volume_name_limit); !reason.empty())
      x.rejected.push_back({row_kind::volume, abbreviated(v.name), std::move(reason)});
    else
      kept.insert_or_assign(v.name, std::move(v));
  }
  x.batch.volumes.present.clear();
  for (auto& [name, v] : kept)
    x.batch.volumes.present.push_back(std::move(v));
}

void sanitize_mounts(container& c, sanitized_batch& x, cleaner& clean) {
  std::map<std::pair<std::string, std::string>, mount> kept;
  for (auto& m : c.mounts) {
    clean(m.volume, m.path);
    auto reason = objection("volume's name", m.volume, volume_name_limit);
    if (reason.empty())
      reason = objection("mount's path", m.path, mount_path_limit);
    if (!reason.empty())
      x.rejected.push_back({row_kind::mount, c.id, std::move(reason)});
    else
      kept.insert_or_assign({m.volume, m.path}, std::move(m));
  }
  c.mounts.clear();
  for (auto& [key, m] : kept)
    c.mounts.push_back(std::move(m));
}

void sanitize_containers(sanitized_batch& x, cleaner& clean) {
  std::map<std::string, container> kept;
  for (auto& c : x.batch.containers.present) {
    clean(c.id, c.name, c.image, c.state, c.status);
    clean(c.labels);
    text::cut(c.state, word_limit);
    for (auto* text : {&c.name, &c.image, &c.status})
      text::cut(*text, text_limit);
    if (auto reason = objection("container's id", c.id, container_id_limit); !reason.empty()) {
      x.rejected.push_back({row_kind::container, abbreviated(c.id), std::move(reason)});
      continue;
    }
    sanitize_mounts(c, x, clean);
    kept.insert_or_assign(c.id, std::move(c));
  }
  x.batch.containers.present.clear();
  for (auto& [id, c] : kept)
    x.batch.containers.present.push_back(std::move(c));
}

/// Whether a list is as sanitize_volumes() or sanitize_containers() would leave it, but for its
/// order: nearly all are, and stay packed.
template <class Resource>
bool is_clean(const packed_list<Resource>& list) {
  constexpr auto key_limit =
      std::is_same_v<Resource, volume> ? volume_name_limit : container_id_limit;
  if (list.empty())
    return true;
  key_places keys{list.size()};
  bool clean = true;
  list.each([&](const packed_entry<Resource>& x) {
    clean = clean && keys.add(x.key()) && !x.key().empty() && x.key().size() <= key_limit
            && is_bounded(x);
    x.each_text([&clean](std::string_view text) { clean = clean && text::is_storable(text); });
  });
  return clean;
}

/// Rejects all rows, since nothing can be written for a host without a usable name.
void reject_all(sanitized_batch& x, const std::string& reason) {
  unpack(x.batch);
  for (const auto& v : x.batch.volumes.present)
    x.rejected.push_back({row_kind::volume, v.name, reason});
  for (const auto& c : x.batch.containers.present)
    x.rejected.push_back({row_kind::container, c.id, reason});
  x.batch = {};
}

} // namespace

sanitized_batch sanitized(const change_batch& raw) {
  sanitized_batch x{.batch = raw, .rejected = {}, .replaced_text = 0};
  if (!is_clean(x.batch.volumes.listed) || !is_clean(x.batch.containers.listed))
    unpack(x.batch);
  cleaner clean{x.replaced_text};
  clean(x.batch.facts.engine_id, x.batch.facts.engine_version);
  text::cut(x.batch.facts.engine_id, engine_limit);
  text::cut(x.batch.facts.engine_version, engine_limit);
  for (auto* keys :
       {&x.batch.volumes.gone, &x.batch.volumes.also_present, &x.batch.volumes.spared.drivers,
        &x.batch.volumes.spared.known, &x.batch.volumes.spared.unverified, &x.batch.containers.gone,
        &x.batch.containers.also_present})
    for (auto& key : *keys)
      clean(key);
  clean_told(x.batch.volumes.told);
  clean_told(x.batch.containers.told);
  // Cut like the drivers in the rows that they are compared with.
  for (auto* drivers : {&x.batch.volumes.spared.drivers, &x.batch.volumes.spared.known})
    for (auto& driver : *drivers)
      text::cut(driver, word_limit);
  sanitize_volumes(x, clean);
  sanitize_containers(x, clean);
  // A host's name is not cleaned: two names could become one, and share their rows.
  if (text::make_storable(x.batch.host))
    reject_all(x, "the host's name has bytes that no database can hold");
  else if (const auto reason = objection("host's name", x.batch.host, host_limit); !reason.empty())
    reject_all(x, reason);
  return x;
}

std::set<std::string> hosts_of(const std::vector<sanitized_batch>& batches) {
  std::set<std::string> hosts;
  for (const auto& x : batches)
    if (!x.batch.host.empty())
      hosts.insert(x.batch.host);
  return hosts;
}

} // namespace volumeviz::persistence
