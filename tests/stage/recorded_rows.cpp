#include "tests/stage/recorded_rows.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <stdexcept>

namespace volumeviz::integration {

namespace json = boost::json;

namespace {

constexpr std::string_view sqlite_prefix = "sqlite://";

support::labels to_labels(const std::string& text) {
  support::labels result;
  const auto value = json::parse(text);
  if (const auto* object = value.if_object())
    for (const auto& [key, entry] : *object)
      result.emplace(key, std::string{entry.as_string()});
  return result;
}

/// Columns as text on both databases, independent of the drivers' types.
std::string select(const std::string& table, const std::vector<std::string>& columns) {
  std::string list;
  for (const auto& x : columns)
    list += (list.empty() ? "" : ", ") + ("COALESCE(CAST(" + x + " AS TEXT), '')");
  return "SELECT " + list + " FROM " + table + " WHERE host = :host";
}

} // namespace

struct recorded::connection {
  soci::session session;
};

recorded::recorded(std::string database_url) : url_{std::move(database_url)} {
}

recorded::~recorded() = default;

void recorded::close() {
  connection_.reset();
}

recorded::connection& recorded::connected() {
  if (connection_)
    return *connection_;
  auto made = std::make_unique<connection>();
  if (url_.starts_with(sqlite_prefix)) {
    const auto file = url_.substr(sqlite_prefix.size());
    if (!std::filesystem::exists(file))
      throw std::runtime_error{"there is no " + file}; // opening would make one
    made->session.open(soci::sqlite3, "dbname=\"" + file + "\" timeout=5");
  } else {
    // Without the '?' SOCI would append a '=' to the database's name.
    made->session.open(soci::postgresql, url_ + (url_.find('?') == std::string::npos ? "?" : "&")
                                             + "application_name=test&connect_timeout=3");
    made->session << "SET TIME ZONE 'UTC'";
  }
  connection_ = std::move(made);
  return *connection_;
}

inventory_rows recorded::rows(const std::string& host) try {
  auto& sql = connected().session;
  soci::transaction snapshot{sql};
  inventory_rows result;
  const auto each = [&](const std::string& query, auto&& take) {
    soci::rowset<soci::row> rows = (sql.prepare << query, soci::use(host, "host"));
    for (const auto& row : rows)
      take([&row](std::size_t i) { return row.get<std::string>(i); });
  };
  each(select("volumes", {"volume_id", "name", "driver", "mountpoint", "scope", "labels", "options",
                          "CAST(is_active AS INTEGER)"}),
       [&](auto at) {
         result.volumes[at(0)] = {.name = at(1),
                                  .driver = at(2),
                                  .mountpoint = at(3),
                                  .scope = at(4),
                                  .labels = to_labels(at(5)),
                                  .options = to_labels(at(6)),
                                  .active = at(7) == "1"};
       });
  each(select("containers", {"container_id", "name", "image", "state", "labels", "started_at",
                             "finished_at", "CAST(is_active AS INTEGER)"}),
       [&](auto at) {
         result.containers[at(0)] = {.name = at(1),
                                     .image = at(2),
                                     .state = at(3),
                                     .labels = to_labels(at(4)),
                                     .started_at = parse_time(at(5)),
                                     .finished_at = parse_time(at(6)),
                                     .active = at(7) == "1"};
       });
  each(select("volume_mounts", {"container_id", "mount_path", "volume_id", "access_mode",
                                "CAST(is_active AS INTEGER)"}),
       [&](auto at) {
         result.mounts[{at(0), at(1), at(2)}] = {.access_mode = at(3), .active = at(4) == "1"};
       });
  return result;
} catch (...) {
  connection_.reset();
  throw;
}

std::string recorded::text(const std::string& query) try {
  auto& sql = connected().session;
  std::string result;
  soci::indicator null = soci::i_null;
  sql << "SELECT CAST(x AS TEXT) FROM (SELECT (" + query + ") AS x) AS y", soci::into(result, null);
  return null == soci::i_ok ? result : std::string{};
} catch (...) {
  connection_.reset();
  throw;
}

std::int64_t recorded::number(const std::string& query) {
  return std::strtoll(text(query).c_str(), nullptr, 10);
}

void recorded::execute(const std::string& statement) {
  const auto once = [&] {
    try {
      connected().session << statement;
    } catch (...) {
      connection_.reset();
      throw;
    }
  };
  const bool was_connected = connection_ != nullptr;
  try {
    once();
  } catch (...) {
    if (!was_connected)
      throw;
    once(); // the server may have been restarted since the connection was used last
  }
}

microseconds_utc parse_time(const std::string& text) {
  std::tm parts{};
  double seconds = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%d%*1[T ]%d:%d:%lf", &parts.tm_year, &parts.tm_mon,
                  &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &seconds)
          != 6
      || parts.tm_year <= 1)
    return 0;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  return static_cast<microseconds_utc>(::timegm(&parts)) * 1'000'000
         + static_cast<microseconds_utc>(seconds * 1e6);
}

} // namespace volumeviz::integration
