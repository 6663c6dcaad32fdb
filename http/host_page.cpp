#include "http/host_page.hpp"

#include "persistence/cursor.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace volumeviz::http {

namespace {

// The table in its cursors; see persistence/cursor.hpp.
const std::string table = "hosts";

persistence::host_row row_of(const host_report& x) {
  return {.host = x.host,
          .engine_id = x.engine_id,
          .engine_version = x.engine_version,
          .first_seen_at = {},
          .last_seen_at = {},
          .verified_at = {}};
}

} // namespace

persistence::page<persistence::host_row>
with_hosts_without_rows(persistence::page<persistence::host_row> page,
                        const persistence::query& asked, const std::vector<host_report>& fleet) {
  // The page has every row after the cursor and up to its own last row. A host in this range that
  // is not on the page has no row. Both databases compare keys byte by byte, as std::string does.
  const auto behind = persistence::decode_cursor(asked.cursor, table, 1);
  const auto in_range = [&](const std::string& host) {
    if (behind && !behind->empty() && host <= behind->front())
      return false;
    return page.next.empty() || page.items.empty() || host < page.items.back().host;
  };
  std::set<std::string> known;
  for (const auto& row : page.items)
    known.insert(row.host);
  std::vector<persistence::host_row> missing;
  for (const auto& x : fleet)
    if ((asked.host.empty() || x.host == asked.host) && in_range(x.host)
        && known.insert(x.host).second)
      missing.push_back(row_of(x));
  std::move(missing.begin(), missing.end(), std::back_inserter(page.items));
  std::ranges::sort(page.items, {}, &persistence::host_row::host);
  if (page.items.size() > static_cast<std::size_t>(asked.limit)) {
    page.items.resize(static_cast<std::size_t>(asked.limit));
    page.next = persistence::encode_cursor(table, {page.items.back().host});
  }
  return page;
}

void raise_verified_at(std::vector<persistence::host_row>& rows,
                       const std::vector<host_report>& known) {
  for (auto& row : rows) {
    const auto found = std::ranges::find(known, row.host, &host_report::host);
    if (found == known.end() || found->verified_at == never)
      continue;
    // ISO 8601 in UTC: the order of the text is that of the moments, to the microsecond.
    row.verified_at = std::max(row.verified_at, text::iso_time(found->verified_at));
  }
}

} // namespace volumeviz::http
