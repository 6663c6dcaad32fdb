// The page over time: the feed, a node that is away, earlier moments, and memory.
#include "tests/stage/recorded_rows.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/http_probe.hpp"
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <ctime>

using namespace volumeviz;
using namespace volumeviz::web;
using namespace std::chrono_literals;

namespace {

const std::string freshness = "document.querySelector('#freshness').textContent";
const std::string lines = "[...document.querySelectorAll('.change')].map(x => x.innerText)";

std::string row_of(const std::string& name) {
  return "[...document.querySelectorAll('tbody a')].some(x => x.textContent === '" + name + "')";
}

/// The map while volumes come and go.
class busy_map {
public:
  busy_map(support::fake_daemon& docker, page& on) : docker_{docker}, on_{on} {
    on.load("map");
    REQUIRE(on.web.becomes(freshness + " === 'live'"));
  }

  /// So many changes; returns when the map has shown them.
  void change(int times) {
    for (int i = 0; i < times / 2; ++i) {
      docker_.create_volume("passing-" + std::to_string(number_++));
      if (number_ % 20 == 0)
        docker_.prune_volumes();
    }
    const std::string mark = "document.querySelector('svg.map a[aria-label^=\"volume mark-\"]')";
    docker_.create_volume("mark-" + std::to_string(number_));
    REQUIRE(on_.web.becomes(mark, 30s));
    docker_.prune_volumes();
    REQUIRE(on_.web.becomes("!" + mark, 30s));
  }

  /// KiB, of what is still in use.
  double heap() {
    on_.web.devtools("HeapProfiler.collectGarbage");
    return on_.web.devtools("Runtime.getHeapUsage").at("usedSize").to_number<double>() / 1024;
  }

private:
  support::fake_daemon& docker_;
  page& on_;
  int number_ = 0;
};

/// Milliseconds from the commit of the volume's row until the page has it in its map.
double seen_after_commit(page& on, support::fake_daemon& docker, const std::string& volume) {
  on.web.run(
      "(window.seen = 0, window.watch = new MutationObserver(() => { if "
      "(document.querySelector(`svg.map a[aria-label^=\"volume ${arguments[0]}\"].fresh`)) "
      "window.seen ||= Date.now(); }), window.watch.observe(document.body, { childList: true, "
      "subtree: true, attributes: true }))",
      {volume});
  docker.create_volume(volume);
  REQUIRE(on.web.becomes("window.seen"));
  const auto seen = on.web.number("window.seen");
  on.web.run("window.watch.disconnect()");
  const support::http_probe http{on.port()};
  const auto change = http.get("/api/v1/changes?kind=volume&volume=" + volume).json();
  const auto committed =
      integration::parse_time(std::string{change.at("items").at(0).at("recorded_at").as_string()});
  return seen - static_cast<double>(committed) / 1'000;
}

} // namespace

TEST_CASE("a change is in the map within 200 ms of its commit") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = shared_story();
  on.load("map");
  REQUIRE(on.web.becomes(freshness + " === 'live'"));
  double least = 1e9;
  for (int i = 0; i < 10 && least > 200; ++i)
    least = std::min(least, seen_after_commit(on, docker, "quick-" + std::to_string(i)));
  MESSAGE("a volume is in the map " << least << " ms after its commit");
  CHECK(least <= 200);
}

TEST_CASE("the feed shows each change once, links it, and waits while it is paused") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = shared_story();
  on.load("changes");
  REQUIRE(on.has_opened("Changes"));
  docker.create_volume("fed");
  CHECK(on.web.becomes(lines + ".filter(x => /volume\\s+fed\\s+created/.test(x)).length === 1"));
  on.web.click(".filter-end button");
  const auto user = docker.run({.name = "eater", .mounts = {{"fed", "/fed"}}});
  CHECK(on.web.becomes("/[1-9].* waiting/.test(document.querySelector('.note').textContent)"));
  CHECK_FALSE(on.web.holds(lines + ".some(x => x.includes('eater'))"));
  on.web.click(".filter-end button");
  CHECK(on.web.becomes(lines + ".some(x => /eater\\s+mounted rw/.test(x))"));
  docker.stop(user);
  CHECK(on.web.becomes(lines + ".some(x => /eater\\s+exited/.test(x))"));
  on.go("changes?operation=create&kind=volume");
  CHECK(on.web.becomes(lines + ".length > 3 && " + lines
                       + ".every(x => /volume\\s/.test(x) && /created/.test(x))"));
  on.go("volumes/host-1/fed");
  CHECK(on.has_opened("Volume fed"));
  CHECK(on.web.becomes("document.querySelector('.timeline .mounted rect')"));
  CHECK(on.web.becomes("document.querySelector('.timeline .running rect')"));
  CHECK(on.web.becomes("document.querySelector('.fields').textContent.includes('by eater')"));
  on.save("volume-life");
  docker.remove(user);
  docker.remove_volume("fed");
  CHECK(on.web.becomes("document.querySelector('#view').innerText.includes('is gone since')"));
  CHECK(on.web.console() == "");
}

TEST_CASE("an earlier moment shows what was, and live returns") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = shared_story();
  // The history begins with the first complete inventory, seconds after the start.
  const support::http_probe http{on.port()};
  REQUIRE(support::eventually([&] {
    const auto past = std::to_string(std::time(nullptr) - 1);
    return http.get("/api/v1/volumes?at=" + past).status == 200;
  }));
  docker.create_volume("early");
  on.load("volumes");
  REQUIRE(on.web.becomes(row_of("early")));
  // The moment is given in whole seconds.
  const auto moment = static_cast<long>(on.web.number("Math.ceil(Date.now() / 1000)"));
  REQUIRE(on.web.becomes("Date.now() / 1000 > " + std::to_string(moment + 1)));
  docker.create_volume("late");
  docker.remove_volume("early");
  REQUIRE(on.web.becomes(row_of("late") + " && !" + row_of("early")));
  on.go("volumes?at=" + std::to_string(moment));
  CHECK(on.web.becomes(row_of("early") + " && !" + row_of("late")));
  CHECK(on.web.becomes("document.body.innerText.includes('This is what was at')"));
  on.go("map?at=" + std::to_string(moment));
  CHECK(on.web.becomes("document.querySelector('svg.map a[aria-label^=\"volume early\"]')"));
  CHECK(on.web.becomes("!document.querySelector('svg.map a[aria-label^=\"volume late\"]')"));
  on.save("map-past");
  on.web.click(".live-button");
  CHECK(on.web.becomes("document.querySelector('svg.map a[aria-label^=\"volume late\"]')"));
  CHECK_FALSE(on.web.holds("location.hash.includes('at=')"));
  // The slider ends where the history begins.
  const auto begins = http.get("/api/v1/history").json().at("begins_at").as_string();
  CHECK(on.web.becomes("Number(document.querySelector('#moment').min) > -3600"));
  CHECK(on.web.holds("document.querySelector('.time-control').textContent.includes('begins')"));
  on.web.run("document.querySelector('#moment').focus()");
  on.web.press({browser::home});
  const std::string chosen = "Number(new URLSearchParams(location.hash.split('?')[1]).get('at'))";
  CHECK(on.web.becomes(chosen + " > 0"));
  const auto reached =
      on.web.number(chosen) - on.web.number("Date.parse('" + std::string{begins} + "') / 1000");
  CHECK(reached >= 0);
  CHECK(reached <= 3);
  CHECK(on.web.becomes("document.querySelector('svg.map a[aria-label^=\"volume shop_data\"]')"));
  on.web.click(".live-button");
  // By keyboard: a step of the slider is a second.
  on.web.run("document.querySelector('#moment').focus()");
  on.web.press({browser::left});
  CHECK(on.web.becomes("location.hash.includes('at=')"));
  on.go("volumes?at=1000000000");
  CHECK(on.web.becomes("document.querySelector('.note.bad')?.textContent.includes('begins at')"));
  CHECK(on.web.number("document.querySelectorAll('tbody a').length") == 0);
  docker.remove_volume("late");
}

TEST_CASE("a node that goes away is said to be away, and after its return nothing is missing") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = shared_story();
  on.load("changes");
  REQUIRE(on.web.becomes(freshness + " === 'live'"));
  docker.create_volume("before");
  REQUIRE(on.web.becomes(lines + ".some(x => x.includes('before'))"));
  on.end_node();
  CHECK(on.web.becomes(freshness + ".startsWith('not live since')"));
  CHECK(on.web.becomes("document.querySelector('#status').textContent === 'unreachable'"));
  CHECK(on.web.holds("document.documentElement.dataset.freshness === 'stale'"));
  on.save("away");
  docker.create_volume("meanwhile");
  on.start_node();
  CHECK(on.web.becomes(freshness + " === 'live'", 20s));
  CHECK(on.web.becomes(lines + ".filter(x => x.includes('meanwhile')).length === 1"));
  CHECK(on.web.holds(lines + ".filter(x => x.includes('before')).length === 1"));
  on.go("volumes");
  CHECK(on.web.becomes(row_of("meanwhile")));
}

TEST_CASE("a page that is left open does not grow: 2,000 changes later the heap is as before") {
  if (!browser_can_run())
    return;
  auto& [docker, on] = shared_story();
  busy_map map{docker, on};
  map.change(500);
  const auto before = map.heap();
  map.change(2'000);
  const auto after = map.heap();
  MESSAGE("heap before " << before << " KiB, after 2,000 changes " << after << " KiB");
  CHECK(after - before < 700);
}

// The changes of about three hours of the demo's workload. contributing.md has the command.
TEST_CASE("a page that is left open for 20,000 changes does not grow" * doctest::skip()) {
  if (!browser_can_run())
    return;
  auto& [docker, on] = shared_story();
  busy_map map{docker, on};
  map.change(2'000);
  const auto before = map.heap();
  for (int i = 1; i <= 10; ++i) {
    map.change(2'000);
    MESSAGE("heap before " << before << " KiB, after " << 2'000 * i << " changes " << map.heap()
                           << " KiB");
  }
  CHECK(map.heap() - before < 700);
}

TEST_CASE("without a history the page says so and asks for the lists instead") {
  if (!browser_can_run())
    return;
  support::fake_daemon docker;
  tell_story(docker);
  page on{docker.host()};
  on.start_node({{"HISTORY_RETENTION", "0"}});
  on.load("volumes");
  CHECK(on.web.becomes(freshness + ".startsWith('no history')"));
  CHECK(on.web.holds("document.querySelector('#moment').disabled"));
  docker.create_volume("newcomer");
  CHECK(on.web.becomes(row_of("newcomer")));
  on.go("changes");
  CHECK(on.web.becomes("document.querySelector('#view').innerText.includes('HISTORY_RETENTION')"));
}
