// A program whose functions libcaf can't see, since hidden.map removes them from its symbol table:
// the check of the replacements must notice. Exit code 0 when it does.

#include "actors/fleet/overrides.hpp"

#include <cstdio>

int main() {
  using namespace volumeviz;
  const auto hub = check_overrides(node_role::hub);
  const auto standalone = check_overrides(node_role::standalone);
  const bool noticed = !hub && standalone && !standalone->empty();
  std::printf("%s\n", noticed ? hub.error().text.c_str() : "the check noticed nothing");
  return noticed ? 0 : 1;
}
