// What a bad line, a bad proxy or a daemon that answers badly does to the node.
#include "tests/chaos/faults.hpp"

namespace volumeviz::chaos {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace support;

namespace {

// Longer than the node needs to find out: nothing but its own audit can tell.
constexpr seconds silence{20};

/// The answers to some questions have this fate while the fault lasts.
fault rule(std::string name, bool (*to)(const std::string&), fate how,
           milliseconds longest = seconds{4}) {
  return {.name = std::move(name),
          .longest = longest,
          .begin =
              [=](arena& a) {
                a.between.decide(
                    [=](const std::string& target) { return to(target) ? how : fate::passed; });
                // What the proxy answers needs a new question, and an open stream has had its.
                if (how == fate::error || how == fate::empty)
                  a.between.cut();
              },
          .end = [](arena& a) { a.between.decide({}); }};
}

void cut_off(arena& a) {
  a.between.refuse(true);
  a.between.cut();
}

void let_in(arena& a) {
  a.between.refuse(false);
}

} // namespace

faults faults_of_network() {
  return {
      {.name = "all connections cut once",
       .longest = moment,
       .begin = [](arena& a) { a.between.cut(); }},
      {.name = "connections refused", .longest = seconds{10}, .begin = cut_off, .end = let_in},
      {.name = "refused, more events missed than the daemon remembers",
       .begin =
           [](arena& a) {
             cut_off(a);
             a.churn_volumes(300);
           },
       .end = let_in,
       .tidy = [](arena& a) { a.remove_churned(); }},
      rule("stream cut in the middle of a line", asks_for_stream, fate::torn),
      rule("stream ends cleanly at once", asks_for_stream, fate::empty),
      rule("stream answers 500", asks_for_stream, fate::error),
      rule("stream black-holed", asks_for_stream, fate::held, silence),
      {.name = "all answers black-holed",
       .longest = silence,
       .begin = [](arena& a) { a.between.hold(true); },
       .end = [](arena& a) { a.between.hold(false); }},
      rule("lists and inspects answer 500", asks_for_resources, fate::error),
      rule("lists and inspects cut in the middle", asks_for_resources, fate::torn),
      rule("lists and inspects black-holed", asks_for_resources, fate::held, silence),
      {.name = "answers byte by byte",
       .begin = [](arena& a) { a.between.drip(true); },
       .end = [](arena& a) { a.between.drip(false); }},
      {.name = "answers late by 300 ms",
       .begin = [](arena& a) { a.between.delay(milliseconds{300}); },
       .end = [](arena& a) { a.between.delay(milliseconds{0}); }},
  };
}

} // namespace volumeviz::chaos
