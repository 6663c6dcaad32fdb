// Names that others chose, and the token.
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::web;

namespace json = boost::json;

TEST_CASE("hostile names are shown as text in every view and break nothing") {
  if (!browser_can_run())
    return;
  support::fake_daemon docker;
  docker.change_silently([](support::fake_world& world) {
    for (const auto& name : hostile_names())
      world.volumes[name] = {.name = name,
                             .labels = {{name, name}, {"long", std::string(10'000, 'l') + name}}};
  });
  for (const auto* label : {"<i>project</i>", "\u202etcejorp"})
    docker.run({.name = std::string{"c"} + std::to_string(label[0] & 0x7F),
                .mounts = {{hostile_names()[2], "/<b>path</b>"}},
                .image = "<u>image</u>",
                .labels = {{"com.docker.compose.project", label}}});
  page on{docker.host()};
  on.start_node();
  for (const auto* view : {"", "map", "volumes", "containers", "changes", "hosts", "system"}) {
    CAPTURE(view);
    on.load(view);
    CHECK(on.web.becomes("document.querySelector('#status').textContent === 'healthy'"));
    CHECK(on.web.becomes("!document.querySelector('#view').textContent.includes('Loading …')"));
    CHECK(on.web.holds("document.title.includes('volumeviz-events')"));
    CHECK(on.web.holds("!document.querySelector('main img, main script, main b, main i, main u')"));
    CHECK(on.web.holds("document.documentElement.scrollWidth <= innerWidth"));
  }
  on.save("hostile");
  on.load("volumes");
  for (const auto& name : hostile_names()) {
    CAPTURE(name.substr(0, 60));
    const json::array shown{name.size() > 200 ? name.substr(0, 200) + "…" : name};
    CHECK(on.web.becomes("document.querySelectorAll('tbody bdi').length > 9"));
    CHECK(on.web.holds(
        "[...document.querySelectorAll('tbody bdi')].some(x => x.textContent === arguments[0])",
        shown));
  }
  on.save("hostile-volumes");
  for (const auto& name : hostile_names()) {
    CAPTURE(name.substr(0, 60));
    on.web.run("(location.hash = '#/volumes/host-1/' + encodeURIComponent(arguments[0]))", {name});
    CHECK(on.web.becomes("document.querySelector('.fields dd')?.textContent.length > 0"));
    CHECK(on.web.text("document.querySelector('.fields dd').textContent") == name);
    CHECK(on.web.holds(
        "document.querySelector('.fields').textContent.includes('llll'.repeat(2500))"));
  }
  CHECK(on.web.console() == "");
}

TEST_CASE(
    "the page asks for the token once, says when it is wrong, and keeps it out of addresses") {
  if (!browser_can_run())
    return;
  support::fake_daemon docker;
  tell_story(docker);
  page on{docker.host()};
  on.start_node({{"HTTP_AUTH_TOKEN", "s3cret"}});
  on.load("volumes");
  REQUIRE(on.web.becomes("document.querySelector('#token-dialog')?.open"));
  CHECK(on.web.number("document.querySelectorAll('tbody a').length") == 0);
  on.save("token");
  on.web.type("wrong");
  on.web.press({browser::enter});
  CHECK(on.web.becomes("document.querySelector('dialog')?.textContent.includes('refused')"));
  on.web.type("s3cret");
  on.web.press({browser::enter});
  CHECK(on.web.becomes("document.querySelectorAll('tbody a').length > 5"));
  CHECK(on.web.holds("!document.querySelector('dialog')"));
  on.web.run("location.reload()");
  CHECK(on.web.becomes("document.querySelectorAll('tbody a').length > 5"));
  CHECK(on.web.holds("!document.querySelector('dialog')"));
  CHECK(on.web
            .text("JSON.stringify([location.href, document.cookie, Object.keys(localStorage), "
                  "performance.getEntries().map(x => x.name)])")
            .find("s3cret")
        == std::string::npos);
}
