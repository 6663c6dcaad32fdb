// The README's pictures. deploy/pictures runs this: it takes a minute, and what it leaves is for
// people.
#include "tests/support/dockerd.hpp"
#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::web;
using namespace std::chrono_literals;

TEST_CASE("the pictures of the README are of the demo" * doctest::skip()) {
  if (!browser_can_run() || !support::dockerd_can_run())
    return;
  support::dockerd daemon;
  page on{daemon.host()};
  on.start_node({{"NODE_NAME", "web-1"}});
  const support::scratch_folder folder;
  auto environment = support::minimal_environment();
  environment["DOCKER_HOST"] = daemon.host();
  const support::process workload{
      {.arguments = {VOLUMEVIZ_SOURCE_DIR "/deploy/demo-workload", folder.path().string()},
       .environment = environment,
       .errors = folder / "log",
       .on_parent_death = SIGTERM}};
  on.load("map");
  // Each backup has a volume of its own, of which the last three are kept.
  const auto drawn = on.web.becomes(
      "document.querySelectorAll('svg.map a[aria-label^=\"volume shop-backup\"]').length === 3 && "
      "document.querySelector('svg.map a[aria-label^=\"container shop-backup\"]"
      "[aria-label*=\"running\"]')",
      120s);
  REQUIRE_MESSAGE(drawn, support::file_text(folder / "log"));
  on.web.run(
      "[...document.querySelectorAll('button')].find(x => x.textContent === 'Tidy').click()");
  // The marks of what has just changed.
  on.web.becomes("document.getAnimations().length === 0", 3s);
  on.save("demo-map");
  on.go("volumes/web-1/shop-orders");
  CHECK(on.has_opened("Volume shop-orders"));
  CHECK(on.web.becomes("document.querySelectorAll('.timeline .running rect').length > 5"));
  on.save("demo-volume");
}
