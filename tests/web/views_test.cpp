// Every view in a real browser, on a node that watches a fake daemon.
#include "tests/support/fake_daemon.hpp"
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace volumeviz;
using namespace volumeviz::web;
using namespace std::chrono_literals;

namespace {

const std::string rows = "[...document.querySelectorAll('tbody tr')].map(x => x.innerText)";

std::string row_with(const std::string& name) {
  return rows + ".some(x => x.includes('" + name + "'))";
}

std::string thing_named(const std::string& name) {
  return "[...document.querySelectorAll('svg.map a[data-key]')].find(x => "
         "x.getAttribute('aria-label').startsWith('"
         + name + "'))";
}

} // namespace

TEST_CASE("each view opens at its address, without an error on the console") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  for (const auto& [view, heading] : views_of_story()) {
    CAPTURE(view);
    on.load(view);
    CHECK(on.has_opened(heading));
    CHECK(on.web.becomes("document.querySelector('#status').textContent === 'healthy'"));
    CHECK(on.web.holds(
        "/^rows (not )?verified/.test(document.querySelector('#staleness').textContent)"));
    CHECK(on.web.console() == "");
    on.save(picture_of(view));
  }
  on.go("containers?q=shop-db");
  CHECK(on.web.becomes(rows + ".length === 1"));
  on.web.click("tbody a");
  CHECK(on.has_opened("Container "));
  on.save("container");
  on.go("nothing");
  CHECK(on.has_opened("Not found"));
  CHECK(on.web.console() == "");
}

TEST_CASE("the overview counts what there is") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.load("");
  const std::string tiles = "[...document.querySelectorAll('.tile')].map(x => x.innerText).join()";
  for (const auto* tile : {"7\\nvolumes", "2\\norphaned", "7\\ncontainers", "6\\n●running"}) {
    CAPTURE(tile);
    CHECK(on.web.becomes(tiles + ".replaceAll(' ', '').includes('" + tile + "')"));
  }
}

TEST_CASE("a volume that is created appears in the map and in the table, and disappears again") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = shared_story();
  on.load("map");
  REQUIRE(on.web.becomes(thing_named("volume shop_data")));
  const auto before = on.web.text(thing_named("volume shop_data") + ".getAttribute('transform')");
  docker.create_volume("newcomer");
  CHECK(on.web.becomes(thing_named("volume newcomer")));
  CHECK(on.web.holds(thing_named("volume newcomer") + ".classList.contains('is-orphaned')"));
  CHECK(on.web.text(thing_named("volume shop_data") + ".getAttribute('transform')") == before);
  on.go("volumes");
  CHECK(on.web.becomes(row_with("newcomer")));
  const auto user = docker.run({.name = "guest", .mounts = {{"newcomer", "/new"}}});
  CHECK(on.web.becomes(rows + ".some(x => /newcomer[^]*guest/.test(x))"));
  on.go("map");
  CHECK(on.web.becomes(thing_named("container guest, running")));
  docker.remove(user);
  CHECK(on.web.becomes("!" + thing_named("container guest")));
  docker.remove_volume("newcomer");
  CHECK(on.web.becomes("!" + thing_named("volume newcomer")));
  on.go("volumes");
  CHECK(on.web.becomes("!" + row_with("newcomer")));
  CHECK(on.web.console() == "");
}

TEST_CASE("filters narrow a table and are part of the address") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.load("volumes?use=orphaned");
  CHECK(on.web.becomes(rows + ".length === 2 && " + row_with("forgotten")));
  on.web.click("#filter-q");
  on.web.type("old");
  CHECK(on.web.becomes(rows + ".length === 1 && location.hash.includes('q=old')"));
  on.load("volumes?project=blog");
  CHECK(on.web.becomes(rows + ".length === 2 && " + row_with("blog_data")));
  on.load("volumes?label=keep%3Dno");
  CHECK(on.web.becomes(rows + ".length === 1"));
  on.load("containers?state=exited");
  CHECK(on.web.becomes(rows + ".length === 1 && " + row_with("shop-backup-1")));
  on.load("volumes?q=nothing-has-this-name");
  CHECK(on.web.becomes("document.querySelector('tbody').innerText.includes('Clear one of them')"));
}

TEST_CASE("a column sorts its table in both directions") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.load("volumes?sort=name");
  REQUIRE(on.has_opened("Volumes"));
  CHECK(on.web.becomes(rows + "[0]?.includes('backups')"));
  on.web.click("[data-sort=name]");
  CHECK(on.web.becomes(rows + "[0]?.includes('uploads')"));
  CHECK(on.web.holds("document.querySelector('[aria-sort=descending]')"));
}

TEST_CASE("the map dims what does not match and lights what is connected") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.load("map?q=blog");
  CHECK(on.web.becomes(thing_named("volume shop_data") + "?.classList.contains('dimmed') && !"
                       + thing_named("volume blog_data") + ".classList.contains('dimmed')"));
  on.load("map");
  REQUIRE(on.web.becomes(thing_named("volume blog_data")));
  on.web.run(thing_named("volume blog_data") + ".focus()");
  CHECK(on.web.becomes(thing_named("container blog-db-1") + ".classList.contains('lit') && "
                       + thing_named("container shop-db-1") + ".classList.contains('dimmed')"));
  const std::string world = "document.querySelector('svg.map > g').getAttribute('transform')";
  const auto whole = on.web.text(world);
  on.web.wheel(600, 500, -300);
  CHECK(on.web.becomes(world + " !== '" + whole + "'"));
}

TEST_CASE("a reconciliation is started from the page and its end is shown") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.load("system");
  REQUIRE(on.has_opened("System"));
  CHECK(on.web.becomes("document.querySelectorAll('.actors tbody tr').length > 10"));
  on.web.click(".main");
  CHECK(on.web.becomes(
      "document.querySelector('#reconcile-result').textContent.includes('is complete')"));
}
