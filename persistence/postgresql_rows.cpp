#include "persistence/postgresql_rows.hpp"

#include "text/iso_time.hpp"

#include <boost/json.hpp>

namespace volumeviz::persistence {

namespace {

// Statements of about this size take the least time for a row (measured). The bytes stay far below
// the server's limit of 256 MB for one JSON value.
constexpr std::size_t rows_per_statement = 5000;
constexpr std::size_t bytes_per_statement = std::size_t{16} << 20;

using boost::json::serialize;

boost::json::object json_of(const key_values& values) {
  boost::json::object object;
  for (const auto& [key, value] : values)
    object.emplace(key, value);
  return object;
}

boost::json::value json_of(timestamp when) {
  return when == never ? boost::json::value{} : boost::json::value(text::iso_time(when));
}

boost::json::object json_of(const std::string& host, const volume& v,
                            const history_rules& excluded) {
  return {{"host", host},
          {"volume_id", v.name},
          {"driver", v.driver},
          {"mountpoint", v.mountpoint},
          {"labels", json_of(v.labels)},
          {"options", json_of(v.options)},
          {"scope", v.scope},
          {"created_at", json_of(v.created_at)},
          {"renewed", v.recreated},
          {"in_history", !excluded.exclude(v)}};
}

boost::json::object json_of(const std::string& host, const container& c,
                            const history_rules& excluded) {
  return {{"host", host},
          {"container_id", c.id},
          {"name", c.name},
          {"image", c.image},
          {"state", c.state},
          {"status", c.status},
          {"labels", json_of(c.labels)},
          {"is_active", is_running(c)},
          {"created_at", json_of(c.created_at)},
          {"started_at", c.from_inspect ? json_of(c.started_at) : nullptr},
          {"finished_at", c.from_inspect ? json_of(c.finished_at) : nullptr},
          {"detailed", c.from_inspect},
          {"times_unknown", c.times_unknown && !c.from_inspect},
          {"in_history", !excluded.exclude(c)}};
}

/// `container`: the container's key with its host.
boost::json::object json_of(boost::json::object container, const mount& m, bool in_history) {
  container["volume_id"] = m.volume;
  container["mount_path"] = m.path;
  container["access_mode"] = m.writable ? "rw" : "ro";
  container["in_history"] = in_history;
  return container;
}

std::size_t bytes_of(const json_row& row) {
  auto bytes = row.json.size();
  for (const auto& m : row.mounts)
    bytes += m.size();
  return bytes;
}

} // namespace

std::vector<json_row> rows_of(const host_parts<volume>& all, const history_rules& excluded) {
  std::vector<json_row> rows;
  for (const auto& [host, present, summary] : all)
    for (const auto& v : present)
      rows.push_back({&summary, v.name, serialize(json_of(host, v, excluded)), {}});
  return rows;
}

std::vector<json_row> rows_of(const host_parts<container>& all, const history_rules& excluded) {
  std::vector<json_row> rows;
  for (const auto& [host, present, summary] : all)
    for (const auto& c : present)
      rows.push_back({&summary, c.id, serialize(json_of(host, c, excluded)), {}});
  return rows;
}

std::vector<json_row> mount_rows_of(const host_parts<container>& all,
                                    const history_rules& excluded) {
  std::vector<json_row> rows;
  for (const auto& [host, present, summary] : all)
    for (const auto& c : present) {
      const boost::json::object key{{"host", host}, {"container_id", c.id}};
      rows.push_back({&summary, c.id, serialize(key), {}});
      const bool in_history = !excluded.exclude(c);
      for (const auto& m : c.mounts)
        rows.back().mounts.push_back(
            serialize(json_of(key, m, in_history && !excluded.exclude_volume(m.volume))));
    }
  return rows;
}

std::vector<json_rows> chunks_of(json_rows rows) {
  std::vector<json_rows> chunks;
  while (!rows.empty()) {
    std::size_t count = 0, entries = 0, bytes = 0;
    while (count < rows.size()
           && (count == 0 || (entries < rows_per_statement && bytes < bytes_per_statement))) {
      entries += 1 + rows[count].mounts.size();
      bytes += bytes_of(rows[count]);
      ++count;
    }
    chunks.push_back(rows.first(count));
    rows = rows.subspan(count);
  }
  return chunks;
}

std::string json_list(std::span<const std::string* const> parts) {
  std::string result = "[";
  for (const auto* part : parts)
    result.append(result.size() > 1 ? "," : "").append(*part);
  return result += ']';
}

} // namespace volumeviz::persistence
