#include "persistence/schema_state.hpp"

#include "persistence/schema.hpp"
#include "persistence/session.hpp"
#include "persistence/session_deadline.hpp"
#include "persistence/sql_error.hpp"
#include "persistence/url.hpp"

#include <filesystem>
#include <system_error>

namespace volumeviz::persistence {

result<schema_state> read_schema_state(const database& where) {
  auto at = parse_url(where.url);
  if (!at)
    return tl::unexpected(at.error());
  schema_state state{.exists = true, .found = 0, .wanted = program_schema_version()};
  if (std::error_code ignored;
      at->kind == dialect::sqlite && !std::filesystem::exists(at->path, ignored)) {
    state.exists = false;
    return state;
  }
  try {
    session on(*at, session::purpose::change_nothing, where.call_limit);
    const session_deadline guard{*where.keeper, on,
                                 session_deadline::clock::now() + where.call_limit};
    state.found = schema_version(on);
    return state;
  } catch (const sql_error& e) {
    return tl::unexpected(to_failure(e, "reading the schema version of " + at->display));
  }
}

} // namespace volumeviz::persistence
