#include "tests/support/memory_rows.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace volumeviz::support {

namespace {

// As in persistence/: a complete list that removes this many rows or fewer is never held back.
constexpr std::size_t never_held_back = 10;

std::string mount_detail(const mount& x) {
  return x.volume + " at " + x.path;
}

const std::string& driver_of(const volume& x) {
  return x.driver;
}
std::string driver_of(const container&) {
  return {};
}

struct removal {
  std::vector<std::string> keys;
  bool held_back = false;
};

template <class Resource>
removal removals(const std::map<std::string, Resource>& recorded, const observed<Resource>& seen,
                 const std::set<std::string>& mounted, write_summary& summary) {
  std::set<std::string> there;
  each_present_key(seen, [&there](std::string_view key) { there.emplace(key); });
  there.insert(seen.also_present.begin(), seen.also_present.end());
  removal result;
  std::size_t missing = 0;
  for (const auto& [key, row] : recorded) {
    const auto gone = std::ranges::find(seen.gone, key) != seen.gone.end();
    const auto lacks = seen.complete && !there.contains(key) && !gone;
    const auto spared = lacks && spares(seen.spared, driver_of(row), mounted.contains(key));
    const auto unlisted = lacks && !spared;
    if (spared && summary.spared.size() < named_spared_max)
      summary.spared.push_back(key);
    else
      summary.more_spared += spared ? 1 : 0;
    missing += unlisted ? 1 : 0;
    if (gone || unlisted)
      result.keys.push_back(key);
  }
  result.held_back = !seen.confirmed && missing > never_held_back && missing * 2 > recorded.size();
  return result;
}

void upsert(std::map<std::string, volume>& rows, const volume& x, write_summary& summary) {
  const auto fields = [](const volume& v) {
    return std::tie(v.driver, v.mountpoint, v.labels, v.options, v.scope);
  };
  auto [i, is_new] = rows.try_emplace(x.name, x);
  auto& row = i->second;
  const auto other = x.recreated && row.created_at != x.created_at;
  if (is_new) {
    summary.changes.push_back({row_kind::volume, operation::create, x.name, {}});
  } else if (fields(row) != fields(x) || other) {
    const auto created_at = x.recreated ? x.created_at : row.created_at;
    row = x;
    row.created_at = created_at;
    summary.changes.push_back({row_kind::volume, operation::update, x.name, {}});
  }
  row.recreated = false;
}

void upsert(std::map<std::string, container>& rows, const container& x, write_summary& summary) {
  auto [i, is_new] = rows.try_emplace(x.id, x);
  auto& row = i->second;
  if (is_new) {
    row.mounts.clear();
    row.unchanged_for = 0;
    row.times_unknown = false;
    if (!x.from_inspect)
      row.started_at = row.finished_at = never;
    summary.changes.push_back({row_kind::container, operation::create, x.id, {}});
  } else {
    auto wanted = x;
    wanted.mounts = row.mounts;
    if (!x.from_inspect) {
      // A list has no times: the recorded ones stay while state and status stay.
      const auto moved =
          x.times_unknown || std::tie(row.state, row.status) != std::tie(x.state, x.status);
      wanted.created_at = row.created_at;
      wanted.started_at = moved ? never : row.started_at;
      wanted.finished_at = moved ? never : row.finished_at;
    }
    wanted.from_inspect = row.from_inspect;
    wanted.times_unknown = false;
    wanted.unchanged_for = 0;
    if (wanted != row)
      summary.changes.push_back({row_kind::container, operation::update, x.id, {}});
    row = wanted;
  }
  row.from_inspect = true;
  if (!x.from_inspect && row.started_at == never && x.state != "created")
    summary.needs_inspect.push_back(x.id);
}

void replace_mounts(container& row, const container& x, write_summary& summary) {
  const auto same_place = [](const mount& m) {
    return [&m](const mount& other) { return other.volume == m.volume && other.path == m.path; };
  };
  const auto note = [&](operation op, const mount& m) {
    summary.changes.push_back({row_kind::mount, op, x.id, mount_detail(m)});
  };
  for (const auto& m : row.mounts)
    if (std::ranges::none_of(x.mounts, same_place(m)))
      note(operation::remove, m);
  for (const auto& m : x.mounts) {
    const auto known = std::ranges::find_if(row.mounts, same_place(m));
    if (known == row.mounts.end())
      note(operation::create, m);
    else if (known->writable != m.writable)
      note(operation::update, m);
  }
  row.mounts = x.mounts;
}

void remove_volume(memory_rows& rows, const std::string& name, write_summary& summary) {
  for (auto& [id, row] : rows.containers)
    std::erase_if(row.mounts, [&](const mount& m) {
      if (m.volume != name)
        return false;
      summary.changes.push_back({row_kind::mount, operation::remove, id, mount_detail(m)});
      return true;
    });
  rows.volumes.erase(name);
  summary.changes.push_back({row_kind::volume, operation::remove, name, {}});
}

void remove_container(memory_rows& rows, const std::string& id, write_summary& summary) {
  for (const auto& m : rows.containers.at(id).mounts)
    summary.changes.push_back({row_kind::mount, operation::remove, id, mount_detail(m)});
  rows.containers.erase(id);
  summary.changes.push_back({row_kind::container, operation::remove, id, {}});
}

} // namespace

write_summary write_batch(const change_batch& batch, const std::set<std::string>& rejected,
                          memory_rows& rows) {
  write_summary summary;
  summary.statements = 1;
  std::set<std::string> mounted;
  for (const auto& [id, x] : rows.containers)
    for (const auto& m : x.mounts)
      mounted.insert(m.volume);
  const auto volumes = removals(rows.volumes, batch.volumes, mounted, summary);
  const auto containers = removals(rows.containers, batch.containers, {}, summary);
  if (volumes.held_back || containers.held_back) {
    summary.refused = true;
    return summary;
  }
  constexpr timestamp second = 1'000'000'000;
  if (batch.containers.complete)
    summary.verified_before = rows.facts.verified_at / second * second;
  if (batch.facts.last_seen_at != never) {
    const auto recorded = rows.facts.verified_at;
    rows.facts = batch.facts;
    // A time in the future came from a clock that was ahead.
    if (recorded <= batch.facts.last_seen_at)
      rows.facts.verified_at = std::max(recorded, batch.facts.verified_at);
  }
  for (const auto& id : containers.keys)
    remove_container(rows, id, summary);
  for (const auto& name : volumes.keys)
    remove_volume(rows, name, summary);
  each_present(batch.volumes, [&](const volume& x) {
    if (rejected.contains(x.name))
      summary.rejected.push_back({row_kind::volume, x.name, "rejected on purpose"});
    else
      upsert(rows.volumes, x, summary);
  });
  each_present(batch.containers, [&](const container& x) {
    if (rejected.contains(x.id)) {
      summary.rejected.push_back({row_kind::container, x.id, "rejected on purpose"});
      return;
    }
    upsert(rows.containers, x, summary);
    replace_mounts(rows.containers.at(x.id), x, summary);
  });
  std::ranges::sort(summary.changes);
  return summary;
}

} // namespace volumeviz::support
