// Every event of volumes ends in exact rows and is counted once.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::integration;
using namespace volumeviz::support;

namespace {

constexpr const char* processed = "volumeviz_events_docker_events_processed_total";
constexpr const char* synced = "volumeviz_events_docker_volumes_synced_total";

void create_and_remove(database_kind kind) {
  stage on{kind};
  on.start_node();
  auto http = on.http();
  const auto before = http.metrics();

  on.docker.create_volume("plain");
  on.docker.create_volume("labelled", {{"team", "storage"}, {"empty", ""}});
  on.docker.create_volume("in-memory", {},
                          {{"type", "tmpfs"}, {"device", "tmpfs"}, {"o", "size=1m"}});
  on.docker.create_volume("Case");
  on.docker.create_volume("case");
  CHECK(on.disagreement() == "");
  CHECK(on.rows().volumes.size() == 5);

  on.docker.remove_volume("plain");
  on.docker.remove_volume("Case");
  CHECK(on.disagreement() == "");

  // The same name again, but another volume.
  on.docker.remove_volume("labelled");
  on.docker.create_volume("labelled", {{"team", "network"}});
  CHECK(on.disagreement() == "");

  on.docker.prune("volumes"); // leaves in-memory: a volume with driver options is never pruned
  CHECK(on.disagreement() == "");

  // Docker 20.10 sends no events for pruned volumes, later versions do. All send those for created
  // ones.
  on.settle();
  const auto now = http.metrics();
  const auto created = std::string{processed} + R"({action="create",event_type="volume.create"})";
  CHECK(now[created] - before[created] == 6);
  CHECK(now.sum(processed, {R"(event_type="volume.remove")", R"(action="destroy")"}) >= 3);
  CHECK(now.sum(synced, {R"(operation="create")", R"(source="event")"}) >= 5);
  CHECK(now.sum("volumeviz_events_docker_resources_removed_total", {R"(resource_type="volume")"})
        >= 3);
  CHECK(on.failures() == "");
  CHECK(now.sum("volumeviz_events_docker_events_dropped_total") == 0);
}

void unusual_texts(database_kind kind) {
  stage on{kind};
  on.start_node();
  const labels odd{
      {"quotes", R"(it's "quoted" \ and `so` on)"},
      {"sql", "'); DROP TABLE volumes; --"},
      {"unicode", "Größe 卷 \U0001F4BE \u202e"},
      {"lines", "one\ntwo\ttabs\r\n"},
      {"json", R"({"a":[1,null,"\u0000"]})"},
      {"key with spaces and \"quotes\" = %", "x"},
      {"colons", ":name ::text $1 ?"},
      {"empty", ""},
  };
  on.docker.create_volume("odd", odd);
  on.docker.create_volume("big", {{"megabyte", std::string(1'000'000, 'x')}});
  CHECK(on.disagreement() == "");

  // No database column can hold U+0000: it is replaced and counted, and later changes are written,
  // too.
  on.docker.create_volume("nul", {{"with", std::string{"a\0b", 3}}});
  on.docker.create_volume("after-nul");
  CHECK(on.disagreement() == "");
  CHECK(on.rows().volumes["nul"].labels["with"]
        == "a\xEF\xBF\xBD"
           "b");
  CHECK(eventually(
      [&] { return on.http().metrics().sum("volumeviz_events_replaced_text_total") >= 1; }));

  const auto busy =
      on.docker.run({.name = "odd-container", .mounts = {{"odd", "/odd path"}}, .labels = odd});
  CHECK(on.disagreement() == "");
  on.docker.remove(busy);
  CHECK(on.disagreement() == "");
}

void other_hosts_rows_stay(database_kind kind) {
  stage on{kind};
  on.docker.create_volume("mine");
  on.start_node();
  CHECK(on.disagreement() == "");
  on.records.execute(
      "INSERT INTO hosts (host, first_seen_at, last_seen_at) SELECT 'other', first_seen_at, "
      "last_seen_at FROM hosts");
  on.records.execute(
      "INSERT INTO volumes (host, volume_id, name, driver, mountpoint, labels, options, scope, "
      "is_active, created_at, updated_at) SELECT 'other', 'theirs', 'theirs', driver, mountpoint, "
      "labels, options, scope, is_active, created_at, updated_at FROM volumes");
  // A full reconciliation of this host, then one of an empty daemon.
  on.docker.remove_volume("mine");
  on.start_node();
  CHECK(on.disagreement() == "");
  CHECK(on.rows().volumes.empty());
  CHECK(on.records.number(
            "SELECT count(*) FROM volumes WHERE host = 'other' AND volume_id = 'theirs'")
        == 1);
}

} // namespace

ON_BOTH_DATABASES("volumes that are created and removed are recorded", create_and_remove)
ON_BOTH_DATABASES("texts that need care reach the rows unharmed", unusual_texts)
ON_BOTH_DATABASES("a reconciliation leaves other hosts' rows alone", other_hosts_rows_stay)
