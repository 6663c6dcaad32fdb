// How volume plugins change a real dockerd's answers.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/volume_plugin.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::seconds;

namespace {

std::string status_of(stage& on, const std::string& volume) {
  return on.records.text("SELECT status FROM volumes WHERE name = '" + volume + "'");
}

double unverified(stage& on) {
  return on.http().metrics()["volumeviz_events_unverified_resources{kind=\"volume\"}"];
}

} // namespace

TEST_CASE("volumes of a driver that dockerd does not find after a restart keep their rows") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite, true};
  volume_plugin nas{on.daemon.plugins(), "nas"};
  on.docker.create_volume("share", {}, {}, "nas");
  on.start_node();
  REQUIRE(on.disagreement() == "");
  nas.stop();
  on.daemon.restart();
  REQUIRE(rows_that_should_be(on.docker).volumes.empty()); // the daemon says nothing of it
  CHECK(eventually([&] { return status_of(on, "share") == "unverified"; }, seconds{30}));
  CHECK(eventually([&] { return unverified(on) == 1; }));
  const auto health = on.http().get("/api/v1/health");
  CHECK(health.status == 200);
  CHECK(health.body.find("share") != std::string::npos);
  nas.start();
  CHECK(eventually([&] { return status_of(on, "share") == "active"; }, seconds{30}));
  CHECK(on.disagreement() == "");
  CHECK(eventually([&] { return unverified(on) == 0; }));
}

TEST_CASE("a volume without a name or with an unusable one delays no other volume") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite, true};
  volume_plugin odd{on.daemon.plugins(), "odd"};
  odd.hold("");
  odd.hold("nas//export");
  on.docker.create_volume("good");
  on.start_node(); // ready
  CHECK(on.rows().volumes.contains("good"));
  CHECK(eventually([&] { return on.rows().volumes.contains("nas//export"); }));
  CHECK(on.rows().volumes.size() == 2);
  CHECK(on.http().metrics().sum("volumeviz_events_rejected_rows_total") >= 1);
  CHECK(on.http().get("/api/v1/health").body.find("odd") != std::string::npos);
  const auto verified = [&on] { return on.records.text("SELECT verified_at FROM hosts"); };
  const auto before = verified();
  CHECK(eventually([&] { return verified() != before; }, seconds{20}));
}
