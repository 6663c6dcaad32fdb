// What axe-core, a checker of accessibility, finds in each view. tests/web/fetch-axe brings it.
#include "tests/support/scratch.hpp"
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

using namespace volumeviz;
using namespace volumeviz::web;

namespace {

const std::filesystem::path folder = VOLUMEVIZ_AXE;

/// The checker's script; empty when it can't be had. Fails the test when nobody has asked for it.
std::string checker() {
  if (std::filesystem::exists(folder / "axe.min.js"))
    return support::file_text(folder / "axe.min.js");
  const auto why = std::filesystem::exists(folder / "missing")
                       ? support::file_text(folder / "missing")
                       : std::string{};
  const auto what_to_do = "run tests/web/fetch-axe " + folder.string();
  MESSAGE("SKIPPED: axe-core is not there" << (why.empty() ? "" : ", since " + why) << "; "
                                           << what_to_do);
  if (why.empty() && std::getenv("VOLUMEVIZ_REQUIRE_SERVERS") != nullptr)
    FAIL_CHECK("axe-core was not fetched: " << what_to_do);
  return {};
}

/// A line for each rule that the view breaks, with the elements.
const char* const violations = R"js(axe.run(document, { resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
  .then(x => x.violations.map(v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html.slice(0, 120)).join(" | ")}`).join("\n")))js";

} // namespace

TEST_CASE("axe-core finds nothing in any view, light, dark and narrow") {
  if (!browser_can_run())
    return;
  const auto script = checker();
  if (script.empty())
    return;
  auto views = views_of_story();
  views.emplace_back("volumes?q=nothing", "Volumes");
  views.emplace_back("nothing", "Not found");
  const std::vector<std::pair<std::string, int>> looks{
      {"light", 1280}, {"dark", 1280}, {"light", 360}};
  auto& on = shared_story().shown;
  on.load("");
  // Not by a script element: the page's policy lets none of another origin in.
  on.web.devtools("Runtime.evaluate", {{"expression", script}});
  for (const auto& [scheme, width] : looks) {
    on.web.emulate("prefers-color-scheme", scheme);
    on.web.resize(width, 900);
    for (const auto& [view, heading] : views) {
      CAPTURE(scheme);
      CAPTURE(width);
      CAPTURE(view);
      on.go(view);
      REQUIRE(on.has_opened(heading));
      REQUIRE(on.web.becomes("document.querySelector('#status').textContent === 'healthy'"));
      CHECK(on.web.text(violations) == "");
    }
  }
  on.web.emulate("prefers-color-scheme", "");
}
