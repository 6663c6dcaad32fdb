// The page dark, narrow, without motion, and by keyboard alone.
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace volumeviz;
using namespace volumeviz::web;

namespace {

/// Opens a view in the loaded page: a load of each takes several times as long.
bool opens(page& on, const std::pair<std::string, std::string>& view) {
  on.go(view.first);
  return on.has_opened(view.second);
}

bool ready(page& on) {
  return on.web.becomes("document.querySelector('#status').textContent === 'healthy' && "
                        "!document.querySelector('#view').textContent.includes('Loading …')");
}

/// The texts whose contrast to their ground is below what WCAG AA asks for.
const char* const weak_texts = R"js((() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = element => {
    for (let x = element; x; x = x.parentElement) {
      const colour = rgba(getComputedStyle(x).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  const weak = new Set();
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest("svg, dialog, :disabled, option") || !element.checkVisibility()) continue;
    if (![...element.childNodes].some(x => x.nodeType === 3 && x.textContent.trim())) continue;
    const style = getComputedStyle(element), a = light(rgba(style.color)), b = light(ground(element));
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) weak.add(`${element.tagName} ${element.className} ${contrast.toFixed(2)}`);
  }
  return [...weak].join("\n");
})())js";

/// Controls without a name that a screen reader could read, and duplicates of ids.
const char* const nameless = R"js((() => {
  const found = [];
  for (const x of document.querySelectorAll("a[href], button, input, select, [role=region], [role=button], meter")) {
    const label = x.getAttribute("aria-label") || x.textContent.trim() || x.title
      || (x.id && document.querySelector(`label[for="${x.id}"]`)?.textContent.trim());
    if (!label) found.push(x.outerHTML.slice(0, 100));
  }
  const ids = [...document.querySelectorAll("[id]")].map(x => x.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) found.push("twice: " + id);
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  return found.join("\n");
})())js";

} // namespace

TEST_CASE("every text has the contrast of WCAG AA, light and dark, and every control a name") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.load("");
  REQUIRE(ready(on));
  for (const std::string scheme : {"light", "dark"}) {
    on.web.emulate("prefers-color-scheme", scheme);
    for (const auto& view : views_of_story()) {
      CAPTURE(scheme);
      CAPTURE(view.first);
      REQUIRE(opens(on, view));
      CHECK(on.web.text(weak_texts) == "");
      CHECK(on.web.text(nameless) == "");
      if (scheme == "dark")
        on.save(picture_of(view.first) + "-dark");
    }
  }
  on.web.emulate("prefers-color-scheme", "");
}

TEST_CASE("at 360 px every view fits: nothing but tables and pictures scrolls sideways") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.web.resize(360, 740);
  on.load("");
  REQUIRE(ready(on));
  for (const auto& view : views_of_story()) {
    CAPTURE(view.first);
    REQUIRE(opens(on, view));
    CHECK(on.web.number("document.documentElement.scrollWidth") <= 360);
    CHECK(on.web.holds("document.querySelector('#status').getBoundingClientRect().right <= 360"));
    on.save(picture_of(view.first) + "-narrow");
  }
  on.web.resize(1280, 900);
}

TEST_CASE("with reduced motion nothing moves") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  on.web.emulate("prefers-reduced-motion", "reduce");
  on.load("map");
  REQUIRE(on.web.becomes("document.querySelector('svg.map a')"));
  on.web.run("document.querySelector('svg.map a').classList.add('fresh')");
  CHECK(on.web.number("document.getAnimations().length") == 0);
  on.web.emulate("prefers-reduced-motion", "no-preference");
  CHECK(on.web.becomes("document.getAnimations().length > 0"));
  on.web.emulate("prefers-reduced-motion", "");
}

TEST_CASE("the keyboard alone reaches everything and walks the map") {
  if (!browser_can_run())
    return;
  auto& on = shared_story().shown;
  const std::string active = "document.activeElement";
  on.load("");
  REQUIRE(ready(on));
  on.web.press({browser::tab});
  CHECK(on.web.text(active + ".textContent") == "Skip to the content");
  std::set<std::string> reached;
  for (int i = 0; i < 30; ++i) {
    on.web.press({browser::tab});
    reached.insert(on.web.text(active + ".textContent.trim()"));
    CHECK(on.web.holds(active + " === document.body || " + active + ".matches(':focus-visible')"));
  }
  for (const auto* link : {"Map", "Volumes", "Containers", "Changes", "Hosts", "System", "healthy"})
    CHECK_MESSAGE(reached.contains(link), link);

  on.go("map");
  REQUIRE(on.web.becomes("document.querySelector('svg.map a[tabindex=\"0\"]')"));
  for (int i = 0; i < 20 && !on.web.holds(active + ".closest('svg.map')"); ++i)
    on.web.press({browser::tab});
  REQUIRE(on.web.holds(active + ".closest('svg.map a')"));
  const auto first = on.web.text(active + ".getAttribute('aria-label')");
  on.web.press({browser::right});
  const auto second = on.web.text(active + ".getAttribute('aria-label')");
  CHECK(first != second);
  const std::string world = "document.querySelector('svg.map > g').getAttribute('transform')";
  const auto before = on.web.text(world);
  on.web.press({"+"});
  CHECK(on.web.becomes(world + " !== '" + before + "'"));
  on.web.press({browser::enter});
  CHECK(on.web.becomes("/^#.(volumes|containers)./.test(location.hash)"));
  CHECK(on.web.becomes(active + ".tagName === 'H1'"));
  CHECK(on.web.console() == "");
}
