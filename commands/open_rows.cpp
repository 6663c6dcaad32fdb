#include "commands/open_rows.hpp"

#include <utility>

namespace volumeviz::commands {

namespace {

/// How long a scrape may wait for the database.
constexpr std::chrono::milliseconds scrape_limit{1000};

} // namespace

result<open_rows> open_rows_of(const config::settings& settings,
                               const persistence::database& where) {
  open_rows opened;
  if (settings.role == config::node_role::agent)
    return opened;
  auto rows = persistence::open_inventory(where);
  if (!rows)
    return tl::unexpected{rows.error()};
  opened.rows = std::move(*rows);
  auto quick = where;
  quick.call_limit = scrape_limit;
  auto counter = persistence::open_row_counter(quick);
  if (!counter)
    return tl::unexpected{counter.error()};
  opened.counter = std::move(*counter);
  if (!where.history.recording())
    return opened;
  for (auto* reader : {&opened.past, &opened.followed}) {
    auto past = persistence::open_history(where);
    if (!past)
      return tl::unexpected{past.error()};
    *reader = std::move(*past);
  }
  return opened;
}

} // namespace volumeviz::commands
