#include "persistence/history_begin.hpp"

#include "persistence/list_statement.hpp"
#include "persistence/text.hpp"
#include "text/iso_time.hpp"

#include <string>
#include <utility>

namespace volumeviz::persistence {

namespace {

failure refused(std::string why) {
  return {ec::bad_request, std::move(why)};
}

} // namespace

history_begin read_history_begin(session& on, const std::string& host) {
  const column_texts texts{on.kind()};
  const std::string number = on.kind() == dialect::sqlite ? "" : "::text";
  // Until its first change, a host was as empty as when it was seen first.
  const std::string begins =
      "coalesce(h.begins_at, (SELECT first_seen_at FROM hosts x WHERE x.host "
      "= h.host))";
  const auto rows =
      host.empty() ? on.query(
          "SELECT count(*)" + number + ", " + texts.time("max(b.begins_at)")
              + ", coalesce(max(b.trimmed_id), 0)" + number + " FROM (SELECT min(" + begins
              + ") AS begins_at, max(h.trimmed_id) AS trimmed_id FROM history_hosts h "
                "UNION ALL SELECT max("
              + begins + "), 0 FROM history_hosts h WHERE h.trimmed_id > 0) b",
          {}, 3)
                   : on.query("SELECT 1, " + texts.time("(" + begins + ")") + ", h.trimmed_id"
                                  + number + " FROM history_hosts h WHERE h.host = :host"
                                  + (on.kind() == dialect::sqlite ? "" : "::text"),
                              {{"host", host}}, 3);
  if (rows.empty())
    return {};
  return {true, rows.front()[1], std::stoll(rows.front()[2])};
}

std::optional<failure> no_history_at(session& on, timestamp at, const std::string& host) {
  if (text::iso_time(at) > current_time())
    return refused("the moment of 'at' is in the future: only the past is known");
  const auto begin = read_history_begin(on, host);
  if (!begin.is_known_host)
    return std::nullopt;
  if (begin.begins_at.empty())
    return refused("there is no history yet: it begins with the first inventory");
  const auto digits = on.kind() == dialect::sqlite ? 9 : 6;
  if (at > never && text::iso_time(at, digits) >= begin.begins_at)
    return std::nullopt;
  return refused("the history" + (host.empty() ? std::string{} : " of this host") + " begins at "
                 + begin.begins_at + ": ask for that moment or a later one");
}

} // namespace volumeviz::persistence
