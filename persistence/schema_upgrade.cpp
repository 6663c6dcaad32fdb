#include "persistence/schema_upgrade.hpp"

#include "persistence/schema.hpp"
#include "persistence/session_deadline.hpp"
#include "persistence/text.hpp"

namespace volumeviz::persistence {

namespace {

using clock = session_deadline::clock;

constexpr std::chrono::minutes longest_upgrade{60};

void limit_statements(session& on, std::chrono::milliseconds limit) {
  if (on.kind() == dialect::postgresql)
    on.script("SET statement_timeout = " + std::to_string(limit.count()));
}

std::uint64_t rows_of(session& on, const std::string& table) {
  return number_in<std::uint64_t>(
      on.query("SELECT CAST(count(*) AS text) FROM " + table, {}, 1).at(0).at(0));
}

} // namespace

bool upgrade_old_schema(session& on, deadline_keeper& keeper, std::chrono::milliseconds limit,
                        const migration_listener& starting) {
  {
    const session_deadline guard{keeper, on, clock::now() + limit};
    const auto found = schema_version(on);
    if (found == 0 || found == program_schema_version())
      return false;
    limit_statements(on, longest_upgrade);
    if (starting)
      starting({.from = found,
                .to = program_schema_version(),
                .volumes = rows_of(on, "volumes"),
                .containers = rows_of(on, "containers"),
                .mounts = rows_of(on, "volume_mounts")});
  }
  const session_deadline guard{keeper, on, clock::now() + longest_upgrade};
  bring_up_to_date(on);
  limit_statements(on, limit);
  return true;
}

result<migration_report> migrate(const database& where, const migration_listener& starting) {
  const auto address = parse_url(where.url);
  if (!address)
    return tl::unexpected{address.error()};
  const auto attempted = "bringing the schema of " + address->display + " up to date";
  try {
    session on{*address, session::purpose::write, where.call_limit};
    migration_report done{program_schema_version(), program_schema_version()};
    const bool upgraded =
        upgrade_old_schema(on, *where.keeper, where.call_limit, [&](const migration_start& x) {
          done.from = x.from;
          if (starting)
            starting(x);
        });
    if (upgraded)
      return done;
    const session_deadline guard{*where.keeper, on, clock::now() + where.call_limit};
    done.from = bring_up_to_date(on);
    return done;
  } catch (const sql_error& e) {
    return tl::unexpected{to_failure(e, attempted)};
  } catch (const std::exception& e) {
    return fail(ec::internal, attempted + ": " + e.what());
  }
}

} // namespace volumeviz::persistence
