// Tables with more rows than the page loads: the node sorts, filters and counts them.
#include "tests/support/eventually.hpp"
#include "tests/support/http_probe.hpp"
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

#include <ctime>

using namespace volumeviz;
using namespace volumeviz::web;
using namespace std::chrono_literals;

namespace {

constexpr int many = 25'000; // the page loads 20,000

std::string numbered(int i) {
  const auto digits = std::to_string(i);
  return "data-" + std::string(5 - digits.size(), '0') + digits;
}

/// The last volume is used by "reader" of project "zoo", and the one before by a stopped container.
struct crowded {
  crowded() {
    docker.change_silently([](support::fake_world& world) {
      for (int i = 0; i < many; ++i)
        world.volumes[numbered(i)] = {.name = numbered(i),
                                      .labels = {{"half", i < many / 2 ? "first" : "second"}}};
    });
    docker.run({.name = "reader",
                .mounts = {{numbered(many - 1), "/data", false}},
                .image = "nginx:1",
                .labels = {{"com.docker.compose.project", "zoo"}}});
    docker.stop(
        docker.run({.name = "writer", .mounts = {{numbered(many - 2), "/data"}}, .image = "db:2"}));
    shown.start_node();
  }
  support::fake_daemon docker;
  page shown{docker.host()};
};

crowded& crowd() {
  static crowded only;
  return only;
}

const std::string rows = "[...document.querySelectorAll('tbody tr')].map(x => x.innerText)";
const std::string counted = "document.querySelector('.filter-end').innerText";
const std::string pager = "document.querySelector('.pager').innerText";

std::string first_is(const std::string& name) {
  return rows + "[0]?.includes('" + name + "')";
}

std::string button(const std::string& text) {
  return "[...document.querySelectorAll('.pager button')].find(x => x.textContent === '" + text
         + "')";
}

} // namespace

TEST_CASE(
    "a table of 25,000 volumes is sorted by the node and paged, and its pages have addresses") {
  if (!browser_can_run())
    return;
  auto& on = crowd().shown;
  on.load("volumes?sort=-name");
  REQUIRE(on.web.becomes(first_is(numbered(many - 1))));
  CHECK(on.web.becomes(counted + ".startsWith('25,000')"));
  CHECK(on.web.becomes(pager + ".includes('page 1 of 250')"));
  CHECK(on.web.number(rows + ".length") == 100);
  CHECK(on.web.holds(rows + "[0].includes('reader') && " + rows + "[0].includes('zoo')"));
  on.web.run(button("Next") + ".click()");
  CHECK(on.web.becomes(first_is(numbered(many - 101)) + " && " + pager + ".includes('page 2')"));
  on.web.run("location.reload()");
  CHECK(on.web.becomes(first_is(numbered(many - 101)) + " && " + pager + ".includes('page 2')"));
  CHECK(on.web.holds(button("First") + ".disabled === false"));
  on.save("volumes-25000");
  on.web.run(button("Next") + ".click()");
  CHECK(on.web.becomes(pager + ".includes('page 3')"));
  on.web.run(button("Previous") + ".click()");
  CHECK(on.web.becomes(first_is(numbered(many - 101))));
  on.web.run(button("First") + ".click()");
  CHECK(on.web.becomes(first_is(numbered(many - 1)) + " && !location.hash.includes('cursor')"));
  on.web.click("[data-sort=name]");
  CHECK(on.web.becomes(first_is(numbered(0))));
  on.web.click("[data-sort=used]");
  on.web.click("[data-sort=used]");
  CHECK(on.web.becomes(first_is(numbered(many - 1)) + " && " + rows + "[1].includes('writer')"));
  CHECK(on.web.console() == "");
}

TEST_CASE("the filters reach every one of 25,000 volumes") {
  if (!browser_can_run())
    return;
  auto& on = crowd().shown;
  const auto finds = [&](const std::string& filter, const std::string& name,
                         const std::string& number) {
    CAPTURE(filter);
    on.go("volumes?" + filter);
    CHECK(on.web.becomes(first_is(name) + " && " + counted + ".startsWith('" + number
                         + " of 25,000')"));
  };
  on.load("volumes");
  finds("q=data-2477", numbered(24'770), "10");
  finds("use=in-use", numbered(many - 1), "1");
  CHECK(on.web.becomes("document.querySelector('#filter-project option[value=zoo]')"));
  finds("use=mounted", numbered(many - 2), "1");
  finds("use=orphaned", numbered(0), "24,998");
  finds("project=zoo", numbered(many - 1), "1");
  finds("label=half%3Dsecond&q=9", numbered(12'509), "4,157");
  finds("label=half&sort=-name&use=orphaned", numbered(many - 3), "24,998");
  finds("last_used=never&sort=-name", numbered(many - 2), "24,999");
  on.go("volumes?q=nothing-has-this-name");
  CHECK(on.web.becomes("document.querySelector('tbody').innerText.includes('Clear one of them')"));
  on.go("containers?project=zoo");
  CHECK(on.web.becomes(rows + ".length === 1 && " + first_is("reader") + " && "
                       + first_is(numbered(many - 1))));
  on.go("containers?q=db:&state=exited");
  CHECK(on.web.becomes(rows + ".length === 1 && " + first_is("writer")));
  CHECK(on.web.console() == "");
}

TEST_CASE("a change is in the page of a table that the node sorts, and CSV has all rows") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = crowd();
  on.load("volumes?sort=name&q=new-");
  REQUIRE(on.web.becomes(counted + ".startsWith('0 of')"));
  docker.create_volume("new-volume");
  CHECK(on.web.becomes(first_is("new-volume")));
  docker.remove_volume("new-volume");
  CHECK(on.web.becomes(counted + ".startsWith('0 of')"));
  on.go("volumes?sort=-name&label=half");
  REQUIRE(on.web.becomes(first_is(numbered(many - 1))));
  on.web.run("(URL.createObjectURL = blob => (blob.text().then(x => window.saved = x), ''))");
  on.web.click(".downloads button");
  REQUIRE(on.web.becomes("window.saved"));
  CHECK(on.web.number("window.saved.trim().split('\\r\\n').length") == many + 1);
  CHECK(on.web.holds("window.saved.split('\\r\\n')[1].includes('" + numbered(many - 1)
                     + "') && window.saved.split('\\r\\n')[1].includes('zoo')"));
}

TEST_CASE("an earlier moment of 25,000 volumes is sorted and searched, too") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = crowd();
  docker.create_volume("passing");
  const support::http_probe http{on.port()};
  REQUIRE(support::eventually(
      [&] { return http.get("/api/v1/hosts/host-1/volumes/passing").status == 200; }));
  on.load("volumes");
  const auto moment = static_cast<long>(on.web.number("Math.ceil(Date.now() / 1000)"));
  REQUIRE(on.web.becomes("Date.now() / 1000 > " + std::to_string(moment + 1)));
  docker.remove_volume("passing");
  const auto at = "&at=" + std::to_string(moment);
  on.go("volumes?sort=-name" + at);
  CHECK(on.web.becomes(first_is("passing")));
  CHECK(on.web.holds("document.body.innerText.includes('This is what was at')"));
  on.go("volumes?q=passing" + at);
  CHECK(on.web.becomes(counted + ".startsWith('1 of 25,001')"));
  // What needs today's mounts is refused, and the page says so.
  on.go("volumes?use=in-use" + at);
  CHECK(
      on.web.becomes("document.querySelector('tbody').innerText.includes(\"there is no 'use'\")"));
}
