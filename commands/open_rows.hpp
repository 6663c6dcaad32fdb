#pragma once

#include "config/settings.hpp"
#include "http/stored_rows.hpp"
#include "persistence/counting.hpp"

#include <memory>

namespace volumeviz::commands {

/// What the node has in its database, open for reading; nothing on an agent.
struct open_rows {
  std::unique_ptr<persistence::inventory> rows;
  std::unique_ptr<persistence::history> past;     ///< null when no history is kept
  std::unique_ptr<persistence::history> followed; ///< as `past`, for the feed
  std::unique_ptr<persistence::row_counter> counter;

  http::stored_rows stored() const { return {rows.get(), past.get(), followed.get()}; }
};

/// Does not connect. Fails when the URL can't be understood.
result<open_rows> open_rows_of(const config::settings& settings,
                               const persistence::database& where);

} // namespace volumeviz::commands
