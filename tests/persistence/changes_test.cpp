#include "tests/persistence/testbed.hpp"

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

const std::string first_id(64, 'a');
const std::string second_id = std::string(20, 'a') + std::string(44, 'b');

std::string words_of(const change_row& x) {
  auto text = x.host + ": " + x.operation + ' ' + x.kind + ' ' + x.volume_id;
  if (!x.container_id.empty())
    text += (x.volume_id.empty() ? "" : " ") + x.container_id.substr(0, 2);
  return text + (x.mount_path.empty() ? "" : " at " + x.mount_path);
}

lines words_of(const result<change_page>& page) {
  if (!page)
    return {page.error().text};
  lines result;
  for (const auto& x : page->items)
    result.push_back(words_of(x));
  return result;
}

std::vector<std::int64_t> ids_of(const change_page& page) {
  std::vector<std::int64_t> result;
  for (const auto& x : page.items)
    result.push_back(x.id);
  return result;
}

/// Oldest first.
lines all(const testbed& on, const change_filter& which = {}) {
  return words_of(on.past->changes({.which = which, .ascending = true, .limit = 1000}));
}

/// A volume, a container that mounts it, the container's end, and a volume of another host.
void live(testbed& on) {
  on.apply(batch_of({a_volume("v1")}));
  auto c = a_container(first_id, {{"v1", "/data", true}});
  c.name = "web";
  on.apply(batch_of({}, {c}));
  c.state = "exited";
  on.apply(batch_of({}, {c}));
  auto gone = batch_of({});
  gone.containers.gone = {first_id};
  on.apply(gone);
  auto beta = batch_of({a_volume("v1")});
  beta.host = "beta";
  on.apply(beta);
}

const lines lived{"alpha: create volume v1",
                  "alpha: create container aa",
                  "alpha: create mount v1 aa at /data",
                  "alpha: update container aa",
                  "alpha: remove mount v1 aa at /data",
                  "alpha: remove container aa",
                  "beta: create volume v1"};

} // namespace

TEST_CASE("pages of any size and either order add up to every change, once") {
  on_both([](testbed& on) {
    live(on);
    CHECK(all(on) == lived);
    auto newest_first = lived;
    std::ranges::reverse(newest_first);
    for (int limit = 1; limit <= 8; ++limit)
      for (const bool ascending : {true, false}) {
        change_query what{.ascending = ascending, .limit = limit};
        lines seen;
        for (bool more = true; more;) {
          const auto page = on.past->changes(what);
          const auto words = words_of(page);
          REQUIRE(page.has_value());
          seen.insert(seen.end(), words.begin(), words.end());
          more = page->next.has_value();
          (ascending ? what.after : what.before) = page->next;
        }
        CHECK(seen == (ascending ? lived : newest_first));
      }
    CHECK_FALSE(on.past->changes({.limit = 7})->next.has_value()); // exactly full, and the last
  });
}

TEST_CASE("a change has the columns of its row, with what differs before and after") {
  on_both([](testbed& on) {
    live(on);
    const auto page = on.past->changes({.which = {.kind = "container"}, .ascending = true});
    REQUIRE(page.has_value());
    REQUIRE(page->items.size() == 3);
    const auto& create = page->items[0];
    CHECK(create.name == "web");
    CHECK(create.image == "busybox");
    CHECK(create.volume_id.empty());
    CHECK(create.old_row.empty());
    CHECK(create.new_row.find("\"name\":") != std::string::npos);
    CHECK(create.at.ends_with('Z'));
    CHECK_FALSE(create.recorded_at.empty());
    const auto& update = page->items[1];
    CHECK(update.old_row.find("running") != std::string::npos);
    CHECK(update.new_row.find("exited") != std::string::npos);
    CHECK(update.new_row.find("name") == std::string::npos);
    CHECK(page->items[2].new_row.empty());
    CHECK(page->settled == std::stoll(on.value("SELECT max(id) FROM changes")));
  });
}

TEST_CASE("each filter of changes restricts, and together they restrict more") {
  on_both([](testbed& on) {
    live(on);
    const auto containers = lines{lived[1], lived[3], lived[5]};
    const auto of_container = lines{lived[1], lived[2], lived[3], lived[4], lived[5]};
    CHECK(all(on, {.host = "beta"}) == lines{lived[6]});
    CHECK(all(on, {.kind = "container"}) == containers);
    CHECK(all(on, {.operation = "remove"}) == lines{lived[4], lived[5]});
    CHECK(all(on, {.volume = "v1"}) == lines{lived[0], lived[2], lived[4], lived[6]});
    CHECK(all(on, {.host = "alpha", .operation = "create", .volume = "v1"})
          == lines{lived[0], lived[2]});
    CHECK(all(on, {.source = "event"}).empty());
    CHECK(all(on, {.container = first_id}) == of_container);
    CHECK(all(on, {.container = std::string(12, 'a')}) == of_container);
    CHECK(all(on, {.container = "web"}) == of_container);
    CHECK(all(on, {.container = std::string(11, 'a')}).empty());
    CHECK(all(on, {.container = std::string(12, 'c')}).empty());
    CHECK(all(on, {.host = std::string("alpha\0x", 7)}).empty());
    // A live reader decides in the same way.
    const auto page = on.past->changes({.limit = 1000});
    for (const change_filter& which : {change_filter{.host = "beta"},
                                       {.kind = "mount"},
                                       {.operation = "update"},
                                       {.volume = "v1"},
                                       {.container = "web"},
                                       {.container = std::string(12, 'a')},
                                       {.source = "client"},
                                       {.container = "v1"}})
      CHECK(std::ranges::count_if(page->items, [&](const auto& x) { return matches(which, x); })
            == static_cast<std::ptrdiff_t>(all(on, which).size()));
  });
}

TEST_CASE("a prefix of several containers' ids is refused") {
  on_both([](testbed& on) {
    on.apply(batch_of({}, {a_container(first_id), a_container(second_id)}));
    CHECK(all(on, {.container = std::string(20, 'a')}).at(0).find("several containers")
          != std::string::npos);
    CHECK(all(on, {.container = std::string(21, 'a')}).size() == 1);
    CHECK(all(on, {.container = second_id.substr(0, 21)}).size() == 1);
  });
}

TEST_CASE("cursors bound the changes, and one that was never given out is refused") {
  on_both([](testbed& on) {
    live(on);
    const auto ids = ids_of(*on.past->changes({.ascending = true}));
    CHECK(ids_of(*on.past->changes({.after = ids[2], .before = ids[5], .ascending = true}))
          == std::vector{ids[3], ids[4]});
    CHECK(on.past->changes({.after = 0})->items.size() == 7);
    CHECK(on.past->changes({.before = 0})->items.empty());
    CHECK(on.past->changes({.after = ids.back()})->items.empty());
    for (const auto& what :
         {change_query{.after = ids.back() + 1}, {.before = ids.back() + 1}, {.after = -1}}) {
      const auto refused = on.past->changes(what);
      REQUIRE_FALSE(refused.has_value());
      CHECK(refused.error().code == ec::bad_request);
    }
    for (const change_filter& odd :
         {change_filter{.kind = "host"}, {.operation = "delete"}, {.source = "docker"}})
      CHECK(on.past->changes({.which = odd}).error().code == ec::bad_request);
    CHECK(on.past->changes({.limit = 0}).error().code == ec::bad_request);
    CHECK(on.past->changes({.limit = 1001}).error().code == ec::bad_request);
  });
}

TEST_CASE("a page of very long changes has fewer, and all pages together have every one") {
  on_both([](testbed& on) {
    auto volumes = some_volumes(1, 4);
    for (auto& x : volumes)
      x.labels["big"] = std::string(3'000'000, 'x');
    on.apply(batch_of(volumes));
    const auto first = on.past->changes({.ascending = true});
    REQUIRE(first.has_value());
    CHECK(first->items.size() == 3);
    REQUIRE(first->next.has_value());
    CHECK(on.past->changes({.after = first->next, .ascending = true})->items.size() == 1);
  });
}

TEST_CASE("a removed resource has the time of its removal, until there is one again") {
  on_both([](testbed& on) {
    live(on);
    const auto at =
        on.past->changes({.which = {.kind = "container", .operation = "remove"}})->items.at(0).at;
    CHECK(*on.past->container_gone_at("alpha", first_id) == at);
    CHECK(*on.past->container_gone_at("alpha", first_id.substr(0, 12)) == at);
    CHECK(on.past->container_gone_at("beta", first_id)->empty());
    CHECK(on.past->volume_gone_at("alpha", "v1")->empty());
    auto gone = batch_of({});
    gone.volumes.gone = {"v1"};
    on.apply(gone);
    CHECK_FALSE(on.past->volume_gone_at("alpha", "v1")->empty());
    on.apply(batch_of({a_volume("v1")}));
    CHECK(on.past->volume_gone_at("alpha", "v1")->empty());
  });
}

TEST_CASE("a change is not read before all that were written earlier are committed") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  live(on);
  const auto newest = on.past->bounds()->newest;
  // Another writer has drawn an id and holds its transaction open.
  session slow{*parse_url(on.url), session::purpose::change_nothing, std::chrono::seconds{10}};
  slow.script("BEGIN; UPDATE volumes SET driver = 'slow' WHERE host = 'beta'");
  on.apply(batch_of({a_volume("v2")}));
  CHECK(on.past->bounds()->settled == newest);
  CHECK(on.past->bounds()->newest == newest + 2);
  const auto meanwhile = on.past->changes({.after = newest, .ascending = true});
  REQUIRE(meanwhile.has_value());
  CHECK(meanwhile->items.empty());
  CHECK(meanwhile->settled == newest);
  slow.script("COMMIT");
  CHECK(ids_of(*on.past->changes({.after = newest, .ascending = true}))
        == std::vector{newest + 1, newest + 2});
  CHECK(on.past->bounds()->settled == newest + 2);
}

TEST_CASE("the bounds are those of one host, or of all") {
  on_both([](testbed& on) {
    CHECK(on.past->bounds().error().code == ec::store_schema);
    on.apply(batch_of({}));
    CHECK(on.past->bounds()->newest == 0);
    CHECK(on.past->bounds()->settled == 0);
    CHECK_FALSE(on.past->bounds()->begins_at.empty());
    live(on);
    on.run("UPDATE history_hosts SET trimmed_id = 3, "
           "begins_at = '2024-05-01T13:00:00.000000000Z' WHERE host = 'alpha'");
    CHECK(on.past->bounds()->trimmed == 3);
    CHECK(on.past->bounds("alpha")->trimmed == 3);
    CHECK(on.past->bounds("beta")->trimmed == 0);
    CHECK(on.past->bounds("beta")->settled == 7);
    CHECK(on.past->bounds("alpha")->begins_at.starts_with("2024-05-01T13:00:00"));
  });
}
