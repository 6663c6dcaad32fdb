#include "persistence/history_context.hpp"

#include "text/iso_time.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace volumeviz::persistence {

namespace {

template <class Resource>
bool is_empty(const observed<Resource>& x) {
  return count_present(x) == 0 && x.gone.empty() && !x.complete;
}

/// Facts of the host alone change no row that is recorded.
bool has_resources(const change_batch& x) {
  return !is_empty(x.volumes) || !is_empty(x.containers);
}

std::string answered_at(const change_batch& x, const std::string& now) {
  return x.observed_at == never ? now : text::iso_time(x.observed_at);
}

boost::json::object times_of(const std::vector<told_change>& told) {
  boost::json::object result;
  for (const auto& x : told)
    if (x.at != never)
      result.insert_or_assign(x.key, text::iso_time(x.at));
  return result;
}

void add_rows(boost::json::array& rows, const char* kind, const std::vector<told_change>& told) {
  for (const auto& x : told)
    if (x.at != never)
      rows.push_back(boost::json::array{kind, x.key, text::iso_time(x.at)});
}

} // namespace

void history_context::begin_round(const std::vector<const change_batch*>& batches) {
  untold_.clear();
  verified_before_.clear();
  bool verifies = false;
  for (const auto* x : batches)
    if (has_resources(*x)) {
      untold_.emplace(x->host, x);
      verifies |= x->facts.verified_at != never;
    }
  if (!verifies)
    return; // usually: the context is written when a row changes
  if (on_.kind() == dialect::postgresql) {
    rows_may_change();
    return;
  }
  for (const auto& [host, batch] : untold_) {
    const std::string name{host};
    verified_before_.insert_or_assign(name, verified_before(name));
  }
}

void history_context::rows_may_change() {
  if (on_.kind() == dialect::postgresql && !untold_.empty())
    tell_postgresql();
}

void history_context::row_changes(const std::string& host) {
  if (on_.kind() != dialect::sqlite)
    return;
  if (const auto found = untold_.find(host); found != untold_.end()) {
    tell_sqlite(*found->second);
    untold_.erase(host);
  }
}

void history_context::tell_postgresql() {
  boost::json::object told;
  for (const auto& [host, batch] : untold_) {
    boost::json::object entry{{"at", answered_at(*batch, now_)}};
    if (!batch->volumes.told.empty())
      entry.emplace("v", times_of(batch->volumes.told));
    if (!batch->containers.told.empty())
      entry.emplace("c", times_of(batch->containers.told));
    if (!how_.recording())
      entry.emplace("off", true);
    told.emplace(host, std::move(entry));
    told_.emplace(host);
  }
  untold_.clear();
  on_.queue({.sql =
                 "SELECT set_config('volumeviz.told', (SELECT jsonb_object_agg(x.key, x.value || "
                 "jsonb_build_object('verified', (SELECT verified_at FROM hosts WHERE host = "
                 "x.key))) FROM jsonb_each(:told::jsonb) AS x)::text, true)",
             .values = {{"told", boost::json::serialize(told)}},
             .columns = 1});
}

void history_context::tell_sqlite(const change_batch& batch) {
  if (!told_.insert(batch.host).second) // in an earlier round
    on_.kept("DELETE FROM history_context WHERE host = :host", {{"host", {}}})
        .execute({batch.host});
  boost::json::array rows;
  add_rows(rows, "v", batch.volumes.told);
  add_rows(rows, "c", batch.containers.told);
  static const parameters shape{{"host", {}},
                                {"at", {}},
                                {"verified", {}, parameter::type::time},
                                {"source", {}},
                                {"told", {}}};
  on_.kept("INSERT INTO history_context (host, kind, key, at, not_before, source) SELECT :host, "
           "'h', '', :at, :verified, :source UNION ALL SELECT :host, json_extract(value, '$[0]'), "
           "json_extract(value, '$[1]'), json_extract(value, '$[2]'), NULL, 'event' FROM "
           "json_each(:told)",
           shape)
      .execute({batch.host, answered_at(batch, now_), verified_before(batch.host),
                how_.recording() ? "reconciliation" : "off", boost::json::serialize(rows)});
}

/// hosts.verified_at as it was before the round; empty: never.
std::string history_context::verified_before(const std::string& host) {
  if (const auto known = verified_before_.find(host); known != verified_before_.end())
    return known->second;
  const auto rows =
      on_.query("SELECT verified_at FROM hosts WHERE host = :host", {{"host", host}}, 1);
  return rows.empty() ? std::string{} : rows[0][0];
}

void history_context::end() {
  untold_.clear();
  if (told_.empty())
    return;
  if (on_.kind() == dialect::sqlite) {
    on_.kept("DELETE FROM history_context", {}).execute({});
    return;
  }
  if (!how_.notify)
    return;
  boost::json::array hosts;
  for (const auto& host : told_)
    hosts.emplace_back(host);
  on_.queue({.sql =
                 "SELECT pg_notify('volumeviz_events', json_build_object('host', x.host, 'id', "
                 "x.id)::text) FROM (SELECT h.host, (SELECT max(c.id) FROM changes c WHERE c.host "
                 "= h.host AND c.id > nullif(current_setting('volumeviz.horizon', true), "
                 "'')::bigint) AS id FROM jsonb_array_elements_text(:hosts::jsonb) AS h (host)) x "
                 "WHERE x.id IS NOT NULL",
             .values = {{"hosts", boost::json::serialize(hosts)}},
             .columns = 1});
}

} // namespace volumeviz::persistence
