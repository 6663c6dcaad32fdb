#include "commands/open_rows.hpp"

#include <utility>

namespace volumeviz::commands {

result<open_rows> open_rows_of(const config::settings& settings,
                               const persistence::database& where) {
  open_rows opened;
  if (settings.role == config::node_role::agent)
    return opened;
  auto rows = persistence::open_inventory(where);
  if (!rows)
    return tl::unexpected{rows.error()};
  opened.rows = std::move(*rows);
  if (!where.history.recording())
    return opened;
  auto past = persistence::open_history(where);
  if (!past)
    return tl::unexpected{past.error()};
  opened.past = std::move(*past);
  return opened;
}

} // namespace volumeviz::commands
