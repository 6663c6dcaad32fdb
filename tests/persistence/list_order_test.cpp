// The orders, the filters and the numbers of rows of the lists of volumes and containers.
#include "tests/persistence/testbed.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <functional>
#include <random>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr timestamp second = nanos_per_second;

change_batch observed_at(timestamp at, change_batch batch) {
  batch.observed_at = at;
  batch.facts = {"engine", "26", at, at};
  return batch;
}

std::string id_of(const volume_row& v) {
  return v.volume_id;
}
std::string id_of(const container_row& c) {
  return c.container_id;
}

/// The ids of all pages of `limit` rows. Fails the test when a page is refused.
template <class Row>
lines all_pages(testbed& on, result<page<Row>> (inventory::*list)(const query&), query what,
                int limit) {
  lines ids;
  what.limit = limit;
  do {
    const auto part = (*on.reader.*list)(what);
    REQUIRE_MESSAGE(part, (part ? "" : part.error().text));
    for (const auto& row : part->items)
      ids.push_back(id_of(row));
    CHECK((part->next.empty() || part->items.size() == static_cast<std::size_t>(limit)));
    what.cursor = part->next;
  } while (!what.cursor.empty() && ids.size() < 1000);
  return ids;
}

lines volumes_of(testbed& on, const query& what, int limit = 2) {
  return all_pages(on, &inventory::volumes, what, limit);
}

lines containers_of(testbed& on, const query& what, int limit = 2) {
  return all_pages(on, &inventory::containers, what, limit);
}

template <class Answer>
std::string refusal(const Answer& answer) {
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ec::bad_request);
  return answer.error().text;
}

const std::string compose = "com.docker.compose.project";

/// v1: in use, of project "shop" by its own label. v2: stopped; its containers are of two projects.
/// v3: orphaned, was used until noon + 60 s. v4: orphaned, never used. "V5": a name in capitals.
void fill(testbed& on) {
  auto volumes = some_volumes(1, 4);
  volumes[0].labels = {{compose, "shop"}, {"tier", "db"}};
  volumes[3].driver = "nfs";
  volumes[3].created_at = noon - second;
  volumes.push_back(a_volume("V5"));
  volumes[4].labels = {};
  auto web = a_container("c1", {{"v1", "/data", true}});
  web.name = "Web";
  web.image = "nginx:1";
  web.labels = {{compose, "shop"}};
  auto one = a_container("c2", {{"v2", "/data", true}});
  one.labels = {{compose, "zoo"}};
  auto two = a_container("c3", {{"v2", "/a", true}, {"v2", "/b", false}});
  two.labels = {{"com.docker.swarm.service.name", "bar"}};
  auto three = a_container("c4", {{"v3", "/data", true}});
  on.apply(observed_at(noon, batch_of(volumes, {web, one, two, three})));
  for (auto* each : {&one, &two, &three}) {
    each->state = "exited";
    each->finished_at = noon + 60 * second;
  }
  two.started_at = never;
  on.apply(observed_at(noon + 60 * second, batch_of({}, {one, two, three})));
  auto gone = batch_of({});
  gone.containers.gone = {"c4"};
  on.apply(observed_at(noon + 90 * second, gone));
}

} // namespace

TEST_CASE("volumes are sorted by each field, in both directions, in pages of any size") {
  on_both([](testbed& on) {
    fill(on);
    const std::vector<std::pair<std::string, lines>> orders{
        {"", {"V5", "v1", "v2", "v3", "v4"}},
        {"name", {"v1", "v2", "v3", "v4", "V5"}},
        {"driver", {"V5", "v1", "v2", "v3", "v4"}},
        {"host", {"V5", "v1", "v2", "v3", "v4"}},
        {"created_at", {"v4", "V5", "v1", "v2", "v3"}},
        {"project", {"v2", "v1", "V5", "v3", "v4"}}, // bar, shop, none
        {"mounts", {"V5", "v3", "v4", "v1", "v2"}},
        {"last_used_at", {"v2", "v3", "v1", "V5", "v4"}}, // then, then, now, never
    };
    for (const auto& [sort, ascending] : orders) {
      CAPTURE(sort);
      auto descending = ascending;
      std::ranges::reverse(descending);
      for (const int limit : {1, 2, 3, 5, 6}) {
        CHECK(volumes_of(on, {.sort = sort}, limit) == ascending);
        CHECK(volumes_of(on, {.sort = sort, .descending = true}, limit) == descending);
      }
    }
    CHECK(volume_sorts().size() == orders.size() - 1);
  });
}

TEST_CASE("containers are sorted by each field") {
  on_both([](testbed& on) {
    fill(on);
    const std::vector<std::pair<std::string, lines>> orders{
        {"name", {"c2", "c3", "c1"}},       {"image", {"c2", "c3", "c1"}},
        {"state", {"c2", "c3", "c1"}},      {"host", {"c1", "c2", "c3"}},
        {"project", {"c3", "c1", "c2"}},    {"created_at", {"c1", "c2", "c3"}},
        {"started_at", {"c1", "c2", "c3"}}, {"finished_at", {"c2", "c3", "c1"}},
        {"mounts", {"c1", "c2", "c3"}},
    };
    for (const auto& [sort, expected] : orders) {
      CAPTURE(sort);
      for (const int limit : {1, 2, 4})
        CHECK(containers_of(on, {.sort = sort}, limit) == expected);
    }
    CHECK(container_sorts().size() == orders.size());
  });
}

TEST_CASE("names of any text are sorted alike on both databases, each once") {
  const std::string parts[] = {"a", "B", "z", "é", "_", "10", "~", "\U0001F433", "' OR 1=1 --"};
  std::mt19937 random{7};
  std::vector<volume> volumes;
  for (int i = 0; i < 60; ++i) {
    auto v = a_volume("v" + std::to_string(i));
    v.name.insert(0, parts[random() % std::size(parts)] + parts[random() % std::size(parts)]);
    v.labels = {{compose, parts[random() % std::size(parts)]}};
    volumes.push_back(v);
  }
  const auto sorted = [&](const std::function<std::string(const volume&)>& by) {
    std::vector<std::pair<std::string, std::string>> keys;
    for (const auto& v : volumes)
      keys.emplace_back(by(v), v.name);
    std::ranges::sort(keys);
    lines ids;
    for (const auto& [value, id] : keys)
      ids.push_back(id);
    return ids;
  };
  on_both([&](testbed& on) {
    on.apply(batch_of(volumes));
    CHECK(volumes_of(on, {.sort = "name"}, 7)
          == sorted([](const volume& v) { return text::lower(v.name); }));
    CHECK(volumes_of(on, {.sort = "project"}, 7)
          == sorted([](const volume& v) { return v.labels.at(compose); }));
  });
}

TEST_CASE("a cursor belongs to one order") {
  on_both([](testbed& on) {
    fill(on);
    const auto by_name = on.reader->volumes({.limit = 1, .sort = "name"})->next;
    CHECK(on.reader->volumes({.cursor = by_name, .sort = "name"}));
    for (const auto& other : {query{.cursor = by_name}, query{.cursor = by_name, .sort = "driver"},
                              query{.cursor = by_name, .sort = "name", .descending = true}})
      CHECK(refusal(on.reader->volumes(other)).find("cursor") != std::string::npos);
    CHECK(refusal(on.reader->containers({.cursor = by_name, .sort = "name"})) != "");
    CHECK(refusal(on.reader->volumes({.sort = "labels"})).find("labels") != std::string::npos);
    CHECK(refusal(on.reader->hosts({.sort = "host"})) != "");
  });
}

TEST_CASE("a very long project has a cursor, too") {
  on_both([](testbed& on) {
    auto volumes = some_volumes(1, 3);
    for (auto& v : volumes)
      v.labels[compose] = std::string(100'000, 'p');
    on.apply(batch_of(volumes));
    CHECK(volumes_of(on, {.sort = "project"}, 1) == lines{"v1", "v2", "v3"});
  });
}

TEST_CASE("search, project, labels, state and use restrict the rows") {
  on_both([](testbed& on) {
    fill(on);
    CHECK(volumes_of(on, {.search = "v5"}) == lines{"V5"});
    CHECK(volumes_of(on, {.search = "V"}).size() == 5);
    CHECK(volumes_of(on, {.search = "%"}).empty());
    CHECK(volumes_of(on, {.project = "shop"}) == lines{"v1"});
    CHECK(volumes_of(on, {.project = "bar"}) == lines{"v2"});
    CHECK(volumes_of(on, {.project = "zoo"}).empty()); // bar is before it
    CHECK(volumes_of(on, {.label_key = "tier"}) == lines{"v1"});
    CHECK(volumes_of(on, {.label_key = "tie"}).empty());
    CHECK(volumes_of(on, {.use = volume_use::in_use}) == lines{"v1"});
    CHECK(volumes_of(on, {.use = volume_use::stopped}) == lines{"v2"});
    CHECK(volumes_of(on, {.orphaned = true}) == lines{"V5", "v3", "v4"});
    CHECK(volumes_of(on, {.never_used = true}) == lines{"V5", "v4"});
    CHECK(volumes_of(on, {.last_used_before = noon + 61 * second}) == lines{"v2", "v3"});
    CHECK(volumes_of(on, {.last_used_before = noon + 59 * second}).empty());
    CHECK(containers_of(on, {.search = "web"}) == lines{"c1"});
    CHECK(containers_of(on, {.search = "NGINX"}) == lines{"c1"});
    CHECK(containers_of(on, {.search = "c3"}) == lines{"c3"});
    CHECK(containers_of(on, {.project = "bar"}) == lines{"c3"});
    CHECK(containers_of(on, {.label_key = compose}) == lines{"c1", "c2"});
    CHECK(containers_of(on, {.label = std::pair{compose, std::string{"zoo"}}}) == lines{"c2"});
    CHECK(containers_of(on, {.state = "exited"}) == lines{"c2", "c3"});
    CHECK(containers_of(on, {.search = "name of", .state = "exited", .sort = "finished_at"})
          == lines{"c2", "c3"});
    CHECK(volumes_of(on, {.search = std::string("v\0", 2)}).empty());
  });
}

TEST_CASE("a page has the number of rows of all pages, the project, and the mounts, if asked") {
  on_both([](testbed& on) {
    fill(on);
    const auto first = on.reader->volumes({.limit = 2, .counted = true});
    CHECK(first->total == 5);
    CHECK(first->items.at(1).project == "shop");
    CHECK(on.reader->volumes({.limit = 2, .cursor = first->next, .counted = true})->total == 5);
    CHECK(on.reader->volumes({.orphaned = true, .sort = "name", .counted = true})->total == 3);
    CHECK(on.reader->volumes({.host = "other", .counted = true})->total == 0);
    CHECK(on.reader->volumes({.search = std::string("\0", 1), .counted = true})->total == 0);
    CHECK_FALSE(on.reader->volumes({})->total);
    const auto plain = on.reader->containers({.counted = true});
    CHECK(plain->total == 3);
    CHECK_FALSE(plain->items.at(0).mounts);
    const auto all = on.reader->containers({.sort = "name", .with_mounts = true});
    REQUIRE(all->items.at(1).mounts);
    lines mounts;
    for (const auto& m : *all->items[1].mounts)
      mounts.push_back(m.volume_id + ' ' + m.mount_path + ' ' + m.access_mode);
    CHECK(mounts == lines{"v2 /a rw", "v2 /b ro"});
  });
}

TEST_CASE("rows of a moment are sorted, searched and counted by what they were then") {
  on_both([](testbed& on) {
    fill(on);
    auto renamed = batch_of({}, {a_container("c1", {{"v1", "/data", true}})});
    renamed.containers.present[0].name = "a later name";
    renamed.containers.present[0].state = "exited";
    renamed.volumes.gone = {"v4"};
    on.apply(observed_at(noon + 200 * second, renamed));
    const auto then = noon + 100 * second;
    CHECK(containers_of(on, {.sort = "name"}) == lines{"c1", "c2", "c3"});
    CHECK(containers_of(on, {.at = then, .sort = "name"}) == lines{"c2", "c3", "c1"});
    CHECK(containers_of(on, {.at = then, .sort = "name", .descending = true})
          == lines{"c1", "c3", "c2"});
    CHECK(containers_of(on, {.at = then, .search = "web"}) == lines{"c1"});
    CHECK(containers_of(on, {.at = then, .state = "running"}) == lines{"c1"});
    CHECK(containers_of(on, {.at = then, .project = "shop"}) == lines{"c1"});
    CHECK(volumes_of(on, {.sort = "created_at"}) == lines{"V5", "v1", "v2", "v3"});
    CHECK(volumes_of(on, {.at = then, .sort = "created_at"})
          == lines{"v4", "V5", "v1", "v2", "v3"});
    CHECK(volumes_of(on, {.at = then, .label_key = "tier"}) == lines{"v1"});
    CHECK(on.reader->volumes({.at = then, .counted = true})->total == 5);
    CHECK(on.reader->volumes({.orphaned = true, .at = then, .counted = true})->total == 3);
    CHECK(on.reader->volumes({.counted = true})->total == 4);
    CHECK(on.reader->containers({.at = then, .state = "running", .counted = true})->total == 1);
    for (const auto& what :
         {query{.at = then, .project = "shop"}, query{.at = then, .use = volume_use::in_use},
          query{.at = then, .never_used = true}, query{.at = then, .last_used_before = then},
          query{.at = then, .sort = "last_used_at"}, query{.at = then, .sort = "mounts"},
          query{.at = then, .sort = "project"}})
      CHECK(refusal(on.reader->volumes(what)).find("'at'") != std::string::npos);
    CHECK(refusal(on.reader->containers({.at = then, .with_mounts = true})) != "");
    CHECK(refusal(on.reader->containers({.at = then, .sort = "mounts"})) != "");
  });
}
