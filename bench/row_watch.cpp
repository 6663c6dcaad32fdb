#include "bench/row_watch.hpp"

#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <stdexcept>

namespace volumeviz::bench {

struct row_watch::implementation {
  implementation(table which, const std::string& of)
      : query{query_of(which, of)}, host{of.empty() ? integration::stage::host : of} {}

  static std::string query_of(table which, const std::string& host) {
    const auto rows = name_of(which, host) + " WHERE host = :host AND ";
    return which == table::volumes ? "SELECT '1' FROM " + rows + "volume_id = :key"
                                   : "SELECT state FROM " + rows + "container_id = :key";
  }

  std::string query, host, key, found;
  soci::session session;
};

std::string row_watch::name_of(table which, const std::string& host) {
  const auto is_node = host.empty() || host == integration::stage::host;
  return std::string{is_node ? "" : "plain_"}
         + (which == table::volumes ? "volumes" : "containers");
}

row_watch::row_watch(const std::string& database_url, table which, const std::string& host)
    : impl_{std::make_unique<implementation>(which, host)} {
  if (const std::string sqlite = "sqlite://"; database_url.starts_with(sqlite))
    impl_->session.open(soci::sqlite3,
                        "dbname=\"" + database_url.substr(sqlite.size()) + "\" timeout=5");
  else
    impl_->session.open(soci::postgresql,
                        database_url + (database_url.find('?') == std::string::npos ? "?" : "&")
                            + "application_name=bench");
}

row_watch::~row_watch() = default;

void row_watch::await(const std::string& key, const std::string& state) {
  auto& x = *impl_;
  x.key = key;
  // Prepared once for each key; each poll executes it.
  soci::statement look =
      (x.session.prepare << x.query, soci::use(x.host), soci::use(x.key), soci::into(x.found));
  const auto shows = [&] {
    x.found.clear();
    const bool row = look.execute(true);
    return row ? x.found == state : state.empty();
  };
  if (!support::eventually(shows, std::chrono::seconds{20}, std::chrono::microseconds{100}))
    throw std::runtime_error{"no row of " + key + " with state \"" + state + "\" after 20 s, but \""
                             + x.found + '"'};
}

} // namespace volumeviz::bench
