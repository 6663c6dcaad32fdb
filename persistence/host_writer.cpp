#include "persistence/host_writer.hpp"

#include "persistence/text.hpp"
#include "text/iso_time.hpp"

#include <boost/json.hpp>

namespace volumeviz::persistence {

namespace {

boost::json::object json_of(const change_batch& batch) {
  const auto moment = [](timestamp when) {
    return when == never ? boost::json::value{} : boost::json::value(text::iso_time(when));
  };
  return {{"host", batch.host},
          {"id", batch.facts.engine_id},
          {"version", batch.facts.engine_version},
          {"seen", moment(batch.facts.last_seen_at)},
          {"verified", moment(batch.facts.verified_at)}};
}

} // namespace

void host_writer::write(const std::vector<const change_batch*>& batches) {
  const std::string cast = on_.kind() == dialect::sqlite ? "" : "::timestamptz";
  const std::string host = on_.kind() == dialect::sqlite ? ":host" : ":host::text";
  std::vector<const change_batch*> with_facts;
  for (const auto* x : batches) {
    if (x->facts.last_seen_at != never)
      with_facts.push_back(x);
    else if (!known_.contains(x->host) && !new_.contains(x->host))
      on_.queue({.sql = "INSERT INTO hosts (host, first_seen_at) VALUES (" + host + ", :now" + cast
                        + ") ON CONFLICT (host) DO NOTHING",
                 .values = {{"host", x->host}, {"now", now_, parameter::type::time}}});
    if (!known_.contains(x->host))
      new_.insert(x->host);
  }
  if (!with_facts.empty())
    write_all_facts(with_facts);
}

/// In one statement on PostgreSQL, which can read typed rows from one parameter.
void host_writer::write_all_facts(const std::vector<const change_batch*>& of) {
  if (on_.kind() == dialect::postgresql) {
    boost::json::array rows;
    for (const auto* x : of)
      rows.push_back(json_of(*x));
    write_facts("SELECT host, :now::timestamptz, id, version, seen, verified FROM "
                "jsonb_to_recordset(:rows::jsonb) AS x(host text, id text, version text, seen "
                "timestamptz, verified timestamptz)",
                {{"now", now_, parameter::type::time}, {"rows", boost::json::serialize(rows)}});
    return;
  }
  for (const auto* x : of)
    write_facts("VALUES (:host, :now, :id, :version, :seen, :verified)",
                {{"host", x->host},
                 {"now", now_, parameter::type::time},
                 {"id", x->facts.engine_id},
                 {"version", x->facts.engine_version},
                 {"seen", text::iso_time(x->facts.last_seen_at), parameter::type::time},
                 {"verified", text::iso_time(x->facts.verified_at), parameter::type::time}});
}

/// A row is touched only when it differs. An empty text is unknown and replaces nothing. A time
/// moves backwards only when the recorded one is in the future of our clock: it came from a clock
/// that was ahead, and would stay until ours gets there. `rows`: host, now, engine id and version,
/// last seen, verified.
void host_writer::write_facts(const std::string& rows, const parameters& values) {
  const bool sqlite = on_.kind() == dialect::sqlite;
  const auto later = [&](const std::string& column) {
    // The later of the two times; both forms ignore a NULL on one side.
    const auto latest = sqlite ? "nullif(max(coalesce(h." + column + ", ''), coalesce(excluded."
                                     + column + ", '')), '')"
                               : "greatest(h." + column + ", excluded." + column + ")";
    return "CASE WHEN h." + column + " > :now" + (sqlite ? "" : "::timestamptz") + " THEN excluded."
           + column + " ELSE " + latest + " END";
  };
  const auto known = [&](const std::string& column) {
    return "coalesce(nullif(excluded." + column + ", ''), h." + column + ")";
  };
  const std::string columns = "engine_id, engine_version, last_seen_at, verified_at";
  const std::string now = "(h.engine_id, h.engine_version, h.last_seen_at, h.verified_at)";
  const auto then = '(' + known("engine_id") + ", " + known("engine_version") + ", "
                    + later("last_seen_at") + ", " + later("verified_at") + ")";
  on_.queue({.sql = "INSERT INTO hosts AS h (host, first_seen_at, " + columns + ") " + rows
                    + " ON CONFLICT (host) DO UPDATE SET (" + columns + ") = " + then + " WHERE "
                    + now + (sqlite ? " IS NOT " : " IS DISTINCT FROM ") + then,
             .values = values});
}

} // namespace volumeviz::persistence
