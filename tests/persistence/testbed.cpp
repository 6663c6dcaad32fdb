#include "tests/persistence/testbed.hpp"

#include "persistence/schema.hpp"
#include "persistence/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace volumeviz::persistence::testing {

namespace {

template <class T>
T must(result<T> outcome) {
  if (!outcome)
    FAIL(std::string{to_string(outcome.error().code)}, ": ", outcome.error().text);
  return std::move(*outcome);
}

/// PostgreSQL keeps microseconds.
std::string to_microseconds(const std::string& time) {
  return time.substr(0, 26);
}

/// The two databases write the same object in different ways.
std::string sorted(const std::string& json) {
  key_values values;
  const auto object = boost::json::parse(json).as_object();
  for (const auto& member : object)
    values.emplace(member.key(), member.value().as_string());
  return json_object(values);
}

template <class Row>
std::vector<Row> all(const std::function<result<page<Row>>(const query&)>& list,
                     std::optional<timestamp> at = {}) {
  std::vector<Row> rows;
  // Small pages, so that every look at the contents is a test of paging as well.
  query what{.limit = 7, .at = at};
  do {
    auto part = must(list(what));
    rows.insert(rows.end(), part.items.begin(), part.items.end());
    what.cursor = part.next;
  } while (!what.cursor.empty());
  return rows;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string line;
  for (const auto& part : parts)
    line += (line.empty() ? "" : " | ") + part;
  return line;
}

} // namespace

change_batch packed(change_batch batch) {
  batch.volumes.listed = std::exchange(batch.volumes.present, {});
  batch.containers.listed = std::exchange(batch.containers.present, {});
  return batch;
}

writing_session::writing_session(const std::string& url)
    : on{*parse_url(url), session::purpose::write, std::chrono::seconds{10}}, hosts{*parse_url(url),
                                                                                    0} {
  bring_up_to_date(on);
}

testbed::testbed(std::string database_url, std::chrono::milliseconds call_limit)
    : url{std::move(database_url)}, writer{must(open_store({url, call_limit}))},
      reader{must(open_inventory({url, call_limit}))}, past{must(open_history({url, call_limit}))} {
}

std::vector<write_summary> testbed::apply(const std::vector<change_batch>& batches) {
  return must(writer->apply(batches));
}

write_summary testbed::preview(const change_batch& batch) {
  return must(writer->preview({batch})).front();
}

std::vector<text_row> testbed::rows(const std::string& sql, std::size_t columns) const {
  return on_second([&](session& on) { return on.query(sql, {}, columns); });
}

void testbed::run(const std::string& script) const {
  on_second([&](session& on) { on.script(script); });
}

std::vector<std::string> testbed::contents(bool with_updates) const {
  std::vector<std::string> found;
  for (const auto& h : all<host_row>([&](const query& q) { return reader->hosts(q); }))
    found.push_back(joined({"host", h.host, h.engine_id, h.engine_version,
                            to_microseconds(h.last_seen_at), to_microseconds(h.verified_at)}));
  add_rows(found, {}, with_updates);
  return found;
}

std::vector<std::string> testbed::contents_at(timestamp at) const {
  std::vector<std::string> found;
  add_rows(found, at, false);
  return found;
}

void testbed::add_rows(std::vector<std::string>& found, std::optional<timestamp> at,
                       bool with_updates) const {
  const auto updated = [&](const std::string& when) {
    return with_updates ? when : std::string{"-"};
  };
  for (const auto& v : all<volume_row>([&](const query& q) { return reader->volumes(q); }, at)) {
    CHECK(v.name == v.volume_id);
    CHECK(v.status == "active");
    CHECK(v.is_active);
    found.push_back(
        joined({"volume", v.host, v.volume_id, v.driver, v.mountpoint, sorted(v.labels),
                sorted(v.options), v.scope, to_microseconds(v.created_at), updated(v.updated_at)}));
  }
  for (const auto& c :
       all<container_row>([&](const query& q) { return reader->containers(q); }, at))
    found.push_back(joined({"container", c.host, c.container_id, c.name, c.image, c.state, c.status,
                            sorted(c.labels), c.is_active ? "runs" : "stands",
                            to_microseconds(c.created_at), to_microseconds(c.started_at),
                            to_microseconds(c.finished_at), updated(c.updated_at)}));
  for (const auto& m : all<mount_row>([&](const query& q) { return reader->mounts(q); }, at)) {
    CHECK(m.is_active);
    found.push_back(joined({"mount", m.host, m.volume_id, m.container_id, m.mount_path,
                            m.access_mode, updated(m.updated_at)}));
  }
}

volume a_volume(const std::string& name) {
  volume v;
  v.name = name;
  v.driver = "local";
  v.mountpoint = "/var/lib/docker/volumes/" + name + "/_data";
  v.labels = {{"project", "shop"}};
  v.options = {{"type", "nfs"}};
  v.scope = "local";
  v.created_at = noon;
  return v;
}

container a_container(const std::string& id, std::vector<mount> mounts) {
  container c;
  c.id = id;
  c.name = "name of " + id;
  c.image = "busybox";
  c.state = "running";
  c.status = "Up";
  c.labels = {{"tier", "web"}};
  c.mounts = std::move(mounts);
  c.created_at = noon;
  c.started_at = noon + 1'000'000;
  c.from_inspect = true;
  return c;
}

change_batch batch_of(std::vector<volume> volumes, std::vector<container> containers) {
  change_batch batch;
  batch.host = "alpha";
  batch.volumes.present = std::move(volumes);
  batch.containers.present = std::move(containers);
  return batch;
}

change_batch list_of(std::vector<volume> volumes) {
  auto batch = batch_of(std::move(volumes));
  batch.volumes.complete = true;
  return batch;
}

change_batch list_of(std::vector<container> containers) {
  auto batch = batch_of({}, std::move(containers));
  batch.containers.complete = true;
  return batch;
}

std::vector<volume> some_volumes(int from, int to) {
  std::vector<volume> volumes;
  for (int i = from; i <= to; ++i)
    volumes.push_back(a_volume("v" + std::to_string(i)));
  return volumes;
}

std::vector<std::string> words(const std::vector<row_change>& changes) {
  std::vector<std::string> result;
  for (const auto& change : changes)
    result.push_back(std::string{to_string(change.op)} + ' ' + to_string(change.kind) + ' '
                     + change.key + (change.detail.empty() ? "" : " " + change.detail));
  std::ranges::sort(result);
  return result;
}

} // namespace volumeviz::persistence::testing
