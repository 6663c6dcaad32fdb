#include "tests/persistence/testbed.hpp"

#include <atomic>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

lines names(const result<page<volume_row>>& found) {
  REQUIRE(found);
  lines result;
  for (const auto& v : found->items)
    result.push_back(v.host + '/' + v.volume_id);
  return result;
}

/// All pages, of `limit` rows each, but the last.
lines names_of_all(testbed& on, query what, int limit) {
  lines result;
  what.limit = limit;
  do {
    const auto part = on.reader->volumes(what);
    const auto more = names(part);
    CHECK((part->next.empty() || more.size() == static_cast<std::size_t>(limit)));
    result.insert(result.end(), more.begin(), more.end());
    what.cursor = part->next;
  } while (!what.cursor.empty());
  return result;
}

/// Two hosts; alpha has v1 to v5, beta v1 and v2.
void fill(testbed& on) {
  auto alpha =
      batch_of(some_volumes(1, 5),
               {a_container("c2", {{"v1", "/b", true}}),
                a_container("c1", {{"v1", "/z", false}, {"v1", "/a", true}, {"v2", "/a", true}})});
  alpha.containers.present[0].state = "exited";
  alpha.volumes.present[1].driver = "nfs";
  alpha.volumes.present[2].labels = {{"tier", "web"}, {"quote\"d'", "50% \\ \"x\""}};
  alpha.volumes.present[3].labels = {{"tier", "db"}};
  auto beta = batch_of(some_volumes(1, 2));
  beta.host = "beta";
  on.apply({alpha, beta});
}

} // namespace

TEST_CASE("pages of any size add up to every row, once, in order") {
  on_both([](testbed& on) {
    fill(on);
    const lines all{"alpha/v1", "alpha/v2", "alpha/v3", "alpha/v4",
                    "alpha/v5", "beta/v1",  "beta/v2"};
    for (int limit = 1; limit <= 8; ++limit)
      CHECK(names_of_all(on, {}, limit) == all);
    CHECK(names(on.reader->volumes({.limit = 7})).size() == 7);
    CHECK(on.reader->volumes({.limit = 7})->next.empty()); // exactly full, and the last
  });
}

TEST_CASE("pages are ordered byte by byte, independent of the server's language") {
  on_both([](testbed& on) {
    on.apply(batch_of({a_volume("b"), a_volume("A"), a_volume("a"), a_volume("_"), a_volume("ä"),
                       a_volume("B")}));
    CHECK(names_of_all(on, {}, 2)
          == lines{"alpha/A", "alpha/B", "alpha/_", "alpha/a", "alpha/b", "alpha/ä"});
  });
}

TEST_CASE("rows added or removed between two pages make no other row appear twice or get lost") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 4)));
    const auto first = on.reader->volumes({.limit = 2});
    change_batch gone = batch_of({a_volume("v0")});
    gone.volumes.gone = {"v2"}; // the very row the cursor stands on
    on.apply(gone);
    CHECK(names(on.reader->volumes({.limit = 2, .cursor = first->next}))
          == lines{"alpha/v3", "alpha/v4"});
  });
}

TEST_CASE("a page of very long rows has fewer rows, and all pages together have every row") {
  on_both([](testbed& on) {
    // A page ends with the row that reaches 8 MiB.
    auto volumes = some_volumes(1, 4);
    for (auto& x : volumes)
      x.labels["big"] = std::string(3'000'000, 'x');
    std::vector<container> containers{a_container("c1"), a_container("c2")};
    for (auto& x : containers)
      x.labels["big"] = std::string(9'000'000, 'x');
    on.apply(batch_of(volumes));
    on.apply(batch_of({}, containers));
    const auto first = on.reader->volumes({.limit = 1000});
    REQUIRE(first);
    CHECK(first->items.size() == 3);
    CHECK_FALSE(first->next.empty());
    for (const int limit : {1, 3, 4}) {
      lines seen;
      query what{.limit = limit};
      do {
        const auto part = on.reader->volumes(what);
        const auto more = names(part);
        REQUIRE_FALSE(more.empty());
        CHECK(more.size() <= static_cast<std::size_t>(limit));
        seen.insert(seen.end(), more.begin(), more.end());
        what.cursor = part->next;
      } while (!what.cursor.empty() && seen.size() < 20);
      CHECK(seen.size() == 4);
    }
    const auto one = on.reader->containers({.limit = 1000});
    REQUIRE(one);
    CHECK(one->items.size() == 1); // a page has one row at least, however long
    CHECK_FALSE(one->next.empty());
  });
}

TEST_CASE("each filter restricts, and together they restrict more") {
  on_both([](testbed& on) {
    fill(on);
    const auto with = [&](const query& what) { return names_of_all(on, what, 2); };
    CHECK(with({.host = "beta"}) == lines{"beta/v1", "beta/v2"});
    CHECK(with({.orphaned = true})
          == lines{"alpha/v3", "alpha/v4", "alpha/v5", "beta/v1", "beta/v2"});
    CHECK(with({.driver = "nfs"}) == lines{"alpha/v2"});
    CHECK(with({.label = std::pair<std::string, std::string>{"tier", "web"}}) == lines{"alpha/v3"});
    CHECK(with({.label = std::pair<std::string, std::string>{"quote\"d'", "50% \\ \"x\""}})
          == lines{"alpha/v3"});
    CHECK(with({.label = std::pair<std::string, std::string>{"tier", "we"}}).empty());
    CHECK(with({.label = std::pair<std::string, std::string>{"tier", std::string("web\0", 4)}})
              .empty());
    CHECK(with({.host = "alpha",
                .orphaned = true,
                .driver = "local",
                .label = std::pair<std::string, std::string>{"project", "shop"}})
          == lines{"alpha/v5"});
    CHECK(with({.host = "' OR 1=1 --"}).empty());
  });
}

TEST_CASE("a volume is listed with every container that mounts it, running or not") {
  on_both([](testbed& on) {
    fill(on);
    const auto found = on.reader->volumes({.limit = 2});
    REQUIRE(found);
    lines users;
    for (const auto& user : found->items.at(0).containers)
      users.push_back(user.container_id + ' ' + user.container_name + ' ' + user.container_state
                      + ' ' + user.mount_path + ' ' + user.access_mode);
    CHECK(users
          == lines{"c1 name of c1 running /a rw", "c1 name of c1 running /z ro",
                   "c2 name of c2 exited /b rw"});
    CHECK(found->items.at(1).containers.size() == 1);
    CHECK(
        on.reader->volumes({.host = "beta"})->items.at(0).containers.empty()); // another host's v1
  });
}

TEST_CASE("containers, mounts and hosts are listed in pages as well") {
  on_both([](testbed& on) {
    fill(on);
    const auto containers = on.reader->containers({.limit = 1});
    REQUIRE(containers);
    CHECK(containers->items.at(0).container_id == "c1");
    CHECK(containers->items.at(0).is_active);
    const auto second = on.reader->containers({.limit = 1, .cursor = containers->next});
    CHECK(second->items.at(0).container_id == "c2");
    CHECK_FALSE(second->items.at(0).is_active);
    CHECK(second->next.empty());
    CHECK(on.reader->mounts({.limit = 3})->items.size() == 3);
    CHECK(on.reader->mounts({.host = "beta"})->items.empty());
    const auto hosts = on.reader->hosts({});
    CHECK(hosts->items.size() == 2);
    CHECK(hosts->items.at(0).first_seen_at.ends_with('Z'));
    CHECK(hosts->items.at(0).last_seen_at.empty());
  });
}

TEST_CASE("an invalid query is the caller's mistake") {
  on_both([](testbed& on) {
    fill(on);
    const auto code = [](const auto& answer) { return answer ? ec{} : answer.error().code; };
    CHECK(code(on.reader->volumes({.cursor = "nonsense"})) == ec::bad_request);
    CHECK(code(on.reader->containers({.cursor = on.reader->volumes({.limit = 1})->next}))
          == ec::bad_request);
    CHECK(code(on.reader->volumes({.limit = 0})) == ec::bad_request);
    CHECK(code(on.reader->hosts({.limit = 1001})) == ec::bad_request);
  });
}

TEST_CASE("reading a database without a schema says what to do and creates nothing") {
  on_both([](testbed& on) {
    const auto answer = on.reader->volumes({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ec::store_schema);
    CHECK(answer.error().text.find("volumeviz-events migrate") != std::string::npos);
    CHECK_FALSE(on.reader->check());
    if (on.sqlite())
      CHECK_FALSE(std::filesystem::exists(parse_url(on.url)->path));
    else
      CHECK(on.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0");
    on.apply(batch_of({}));
    CHECK(on.reader->check()); // as soon as there is something, without a restart
  });
}

TEST_CASE("readers and the writer do not wait for each other") {
  on_both([](testbed& on) {
    fill(on);
    // Another client's transaction has written and not committed.
    session other{*parse_url(on.url), session::purpose::change_nothing, std::chrono::seconds{5}};
    other.begin();
    other.script("UPDATE volumes SET driver = 'uncommitted'");
    CHECK(names(on.reader->volumes({.driver = "nfs"})) == lines{"alpha/v2"});
    other.rollback();
  });
}

TEST_CASE("many threads can read at once") {
  on_both([](testbed& on) {
    fill(on);
    std::atomic<int> right = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
          for (int k = 0; k < 10; ++k)
            if (const auto found = on.reader->volumes({}); found && found->items.size() == 7)
              ++right;
        });
    }
    CHECK(right == 80);
  });
}
