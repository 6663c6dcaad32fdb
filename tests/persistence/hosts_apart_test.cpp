// Goal: no batch of one host can touch a row of another. Method: hosts whose names could have a
// special meaning, all with volumes and containers of the same names. Each in turn does the most
// damage that a batch can do, and all rows of the others stay as they are, including `updated_at`.

#include "tests/persistence/testbed.hpp"

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;
using namespace std::string_literals;

namespace {

const std::vector<std::string> hosts{"alpha",
                                     "Alpha",
                                     "alpha ",
                                     " alpha",
                                     "alph",
                                     "alphaa",
                                     "alpha\n",
                                     "alph\u00e4",
                                     "alpha\u0308", // the same letter in two characters
                                     "%",
                                     "_____",
                                     "*",
                                     ":host",
                                     "$1",
                                     "NULL",
                                     "'",
                                     "''",
                                     "alpha' OR 'a' = 'a",
                                     "alpha'); DELETE FROM hosts; --",
                                     "\\",
                                     "[\"alpha\", \"Alpha\"]",
                                     "{alpha,Alpha}",
                                     "volumeviz-events host alpha",
                                     std::string(253, 'a')};

change_batch everything_on(const std::string& host) {
  auto batch = batch_of(some_volumes(1, 3), {a_container("c1", {{"v1", "/a", true}}),
                                             a_container("c2", {{"v1", "/a", true}})});
  batch.host = host;
  batch.facts = {"engine", "26", noon, noon};
  return batch;
}

/// All that a batch can remove and change, at once and one after the other.
std::vector<change_batch> the_worst_for(const std::string& host) {
  auto changed = everything_on(host);
  for (auto& v : changed.volumes.present)
    v.driver = "other";
  for (auto& c : changed.containers.present) {
    c.state = "exited";
    c.mounts = {{"v2", "/b", false}};
  }
  changed.facts = {"other engine", "99", noon + 1, noon + 1};
  change_batch gone;
  gone.host = host;
  gone.volumes.gone = {"v1", "v2"};
  gone.containers.gone = {"c1"};
  change_batch nothing;
  nothing.host = host;
  nothing.volumes.complete = nothing.volumes.confirmed = true;
  nothing.containers.complete = nothing.containers.confirmed = true;
  return {changed, gone, nothing};
}

lines rows_of_others(const testbed& on, const std::string& host) {
  auto all = on.contents(true);
  std::erase_if(all, [&](const std::string& line) {
    for (const auto* table : {"host", "volume", "container", "mount"})
      if (line.starts_with(table + " | "s + host + " | "))
        return true;
    return false;
  });
  return all;
}

} // namespace

TEST_CASE("no batch of a host touches another host's rows") {
  on_both([](testbed& on) {
    std::vector<change_batch> all;
    for (const auto& host : hosts)
      all.push_back(everything_on(host));
    on.apply(all);
    REQUIRE(on.contents().size() == hosts.size() * (1 + 3 + 2 + 2));
    for (const auto& host : hosts) {
      CAPTURE(host);
      const auto before = rows_of_others(on, host);
      CHECK(before.size() == (hosts.size() - 1) * (1 + 3 + 2 + 2));
      for (const auto& batch : the_worst_for(host)) {
        CHECK_FALSE(on.apply(batch).changes.empty());
        CHECK(rows_of_others(on, host) == before);
      }
      on.apply(everything_on(host));
    }
  });
}

TEST_CASE("a host's name that no database can hold does not become another host's name") {
  on_both([](testbed& on) {
    on.apply(everything_on("alpha\uFFFD"));
    const auto before = on.contents(true);
    for (const auto& host : {"alpha\0"s, "alpha\xFF"s, "alpha\xFE"s, ""s, std::string(254, 'a')})
      for (const auto& batch : the_worst_for(host)) {
        const auto summary = on.apply(batch);
        CHECK(summary.changes.empty());
        CHECK(summary.rejected.size()
              == batch.volumes.present.size() + batch.containers.present.size());
      }
    CHECK(on.contents(true) == before);
  });
}

TEST_CASE("two stores that write different hosts at the same time do not affect each other") {
  on_both([](testbed& first) {
    testbed second{first.url};
    auto alpha = everything_on("alpha"), beta = everything_on("beta");
    first.apply(alpha);
    second.apply(beta);
    for (int i = 0; i < 30; ++i) {
      for (const auto& batch : the_worst_for("alpha"))
        CHECK_FALSE(first.apply(batch).locked_out);
      CHECK(second.apply(beta).changes.empty()); // all is as it was left
      first.apply(alpha);
      CHECK(second.preview(beta).changes.empty());
    }
  });
}
