#include "tests/simulation/model_session.hpp"

#include "persistence/rows_to_write.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace volumeviz::simulation {

namespace {

template <class Resource>
observed<Resource> without_rows(observed<Resource> x) {
  each_present_key(x, [&x](std::string_view key) { x.also_present.emplace_back(key); });
  x.present.clear();
  x.listed.clear();
  return x;
}

/// What the database does first with a batch, see persistence/transaction.cpp.
change_batch deletions_of(const change_batch& x) {
  return {x.host, without_rows(x.volumes), without_rows(x.containers), x.facts};
}

template <class Resource>
std::vector<Resource> all_parts(persistence::rows_to_write<Resource> from) {
  std::vector<Resource> all;
  for (;;) {
    const auto& part = from.next_part();
    if (part.empty())
      return all;
    all.insert(all.end(), part.begin(), part.end());
  }
}

template <class Resource>
const persistence::compared_rows<Resource>*
pointer(const std::optional<persistence::compared_rows<Resource>>& x) {
  return x ? &*x : nullptr;
}

std::set<std::string_view> changed_keys(const write_summary& of, bool volumes) {
  std::set<std::string_view> keys;
  for (const auto& x : of.changes)
    if ((x.kind == row_kind::volume) == volumes)
      keys.insert(x.key);
  return keys;
}

/// Also of rows that were not written.
void name_missing_times(const change_batch& batch, const support::memory_rows& rows,
                        write_summary& summary) {
  auto& named = summary.needs_inspect;
  each_present_key(batch.containers, [&](std::string_view key) {
    const auto row = rows.containers.find(std::string{key});
    if (row != rows.containers.end() && row->second.started_at == never
        && row->second.state != "created" && std::ranges::find(named, key) == named.end())
      named.emplace_back(key);
  });
}

failure lost() {
  return {ec::store_unreachable, "the connection was lost"};
}

} // namespace

result<std::vector<write_summary>> model_session::apply(const std::vector<change_batch>& batches) {
  to_->meanwhile();
  if (connection_is_lost())
    return tl::unexpected{lost()};
  std::optional<write_trouble> how;
  if (to_->troubles.times > 0) {
    --to_->troubles.times;
    how = to_->troubles.how;
  }
  // As in persistence/sql_store.cpp, the next call after a failure makes a new connection.
  if (how)
    close();
  if (how == write_trouble::refused)
    return fail(ec::store_unreachable, "the database is read-only");
  if (how == write_trouble::lost_before)
    return tl::unexpected{lost()};
  if (how == write_trouble::throws_before)
    throw std::runtime_error("a defect in the store");
  auto summaries = write(batches);
  to_->commit(batches, summaries);
  if (how)
    close();
  else
    locks_reported(summaries, batches);
  if (how == write_trouble::lost_after)
    return tl::unexpected{lost()};
  if (how == write_trouble::throws_after)
    throw std::runtime_error("a defect in the store");
  return summaries;
}

result<std::vector<write_summary>>
model_session::preview(const std::vector<change_batch>& batches) {
  std::map<std::string, support::memory_rows> copies;
  std::vector<write_summary> summaries;
  for (const auto& x : batches) {
    auto& rows = copies.try_emplace(x.host, to_->rows_of(x.host)).first->second;
    summaries.push_back(support::write_batch(x, {}, rows));
  }
  return summaries;
}

result<void> model_session::ping() {
  if (connection_is_lost())
    return tl::unexpected{lost()};
  if (to_->troubles.times > 0 && to_->troubles.how <= write_trouble::lost_before) {
    close();
    return tl::unexpected{lost()};
  }
  return {};
}

std::map<std::string, std::string> model_session::locked_out() const {
  std::map<std::string, std::string> all;
  for (const auto& host : refused_)
    all[host] = "another process";
  return all;
}

/// A call begins: without a connection it makes one.
bool model_session::connection_is_lost() {
  if (connection_ != 0 && connection_ != to_->connections()) {
    close();
    return true;
  }
  if (connection_ == 0)
    others_before_ = to_->written_by_others();
  connection_ = to_->connections();
  return false;
}

/// Where nobody else had the lock in between, the store would make the node list all the same. This
/// one does not, which is harder for the node.
void model_session::close() {
  connection_ = 0;
  held_.clear();
  if (!without_.outlives_connections)
    seen_.clear();
}

std::vector<write_summary> model_session::write(const std::vector<change_batch>& batches) {
  to_->begin_transaction();
  std::vector<write_summary> summaries(batches.size());
  std::vector<persistence::learned_rows> learned(batches.size());
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (may_write(batches[i].host, summaries[i])) {
      const auto taken_anew = summaries[i].taken_anew;
      summaries[i] = write(batches[i], learned[i]);
      summaries[i].taken_anew = taken_anew;
    }
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const auto& host = batches[i].host;
    if (!summaries[i].locked_out)
      seen_[host].learn(without_.keeps_what_was_changed ? write_summary{} : summaries[i],
                        std::move(learned[i]));
  }
  return summaries;
}

/// The sender of these batches knows that another writer may have changed the rows.
void model_session::locks_reported(const std::vector<write_summary>& done,
                                   const std::vector<change_batch>& batches) {
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (!done[i].locked_out && !done[i].refused)
      locked_before_[batches[i].host] = to_->locked_by_others();
}

bool model_session::may_write(const std::string& host, write_summary& summary) {
  if (!held_.contains(host) && to_->is_locked(host)) {
    refused_.insert(host);
    locked_before_.try_emplace(host, 0);
    summary.locked_out = true;
    return false;
  }
  refused_.erase(host);
  held_.insert(host);
  const auto before = locked_before_.find(host);
  summary.taken_anew = before != locked_before_.end() && before->second != to_->locked_by_others();
  return true;
}

write_summary model_session::write(const change_batch& batch, persistence::learned_rows& learned) {
  auto& seen = seen_[batch.host];
  const auto lists = compare(batch);
  auto summary = to_->write(deletions_of(batch));
  if (summary.refused)
    return summary;
  if (!without_.keeps_what_was_changed)
    seen.forget(summary);
  change_batch rows;
  rows.host = batch.host;
  rows.volumes.present =
      all_parts(persistence::rows_to_write{batch.volumes, pointer(lists.volumes), seen.volumes});
  rows.containers.present = all_parts(
      persistence::rows_to_write{batch.containers, pointer(lists.containers), seen.containers});
  const auto written = to_->write(rows);
  summary.changes.insert(summary.changes.end(), written.changes.begin(), written.changes.end());
  std::ranges::sort(summary.changes);
  summary.needs_inspect = written.needs_inspect;
  if (batch.containers.complete)
    name_missing_times(batch, to_->at(batch.host).rows, summary);
  learned = learn(batch, lists, summary);
  if (!without_.keeps_what_was_changed)
    seen.forget(summary);
  return summary;
}

model_session::compared model_session::compare(const change_batch& batch) {
  compared lists;
  const auto& host = to_->at(batch.host);
  const auto add = [this](const auto& rows, const auto& versions, auto& to) {
    for (const auto& [key, row] : rows)
      to.add_row(key, version(versions.at(key)));
    to.all_rows_added();
  };
  if (batch.volumes.complete)
    add(host.rows.volumes, host.volumes, lists.volumes.emplace(batch.volumes));
  if (batch.containers.complete)
    add(host.rows.containers, host.containers, lists.containers.emplace(batch.containers));
  return lists;
}

/// On PostgreSQL, other clients may have changed mounts of a container that was just written.
persistence::learned_rows model_session::learn(const change_batch& batch, const compared& lists,
                                               const write_summary& written) {
  persistence::learned_rows learned;
  const auto& host = to_->at(batch.host);
  if (lists.volumes) {
    const auto changed = changed_keys(written, true);
    learned.volumes = lists.volumes->known_after(changed, versions(changed, host.volumes), {});
  }
  if (lists.containers) {
    const auto changed = changed_keys(written, false);
    learned.containers = lists.containers->known_after(changed,
                                                       to_->kind == model_store::engine::sqlite
                                                           ? versions(changed, host.containers)
                                                           : persistence::row_versions{},
                                                       {});
  }
  return learned;
}

persistence::row_version model_session::version(persistence::row_version of_row) const {
  if (without_.ignores_versions)
    return 1;
  return to_->kind == model_store::engine::sqlite ? 1 + to_->written_by_others() - others_before_
                                                  : of_row;
}

persistence::row_versions
model_session::versions(const std::set<std::string_view>& changed,
                        const std::map<std::string, persistence::row_version>& of_rows) const {
  persistence::row_versions result;
  for (const auto key : changed)
    if (const auto i = of_rows.find(std::string{key}); i != of_rows.end())
      result.emplace(key, version(i->second));
  return result;
}

} // namespace volumeviz::simulation
