#include "actors/fleet/overrides.hpp"

#include <caf/all.hpp>

#include <random>
#include <string>

// Debian's libcaf is not linked with -Bsymbolic: a function of the program stands in for one of the
// library's of the same name. tests/actors/overrides_test.cpp keeps watch that it does.

namespace caf::detail {

/// CAF makes a node's id of the machine's hardware addresses, the root file system's UUID and the
/// process id. In two containers all three may be equal, and then one takes the other's messages
/// for its own. A random text in place of the UUID tells them apart, and also the actor systems of
/// one process, which CAF asks for once each.
__attribute__((visibility("default"), used)) std::string get_root_uuid() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 32; ++i)
    text += "0123456789abcdef"[random() % 16];
  return text;
}

} // namespace caf::detail

namespace volumeviz {

void take_overrides_along() noexcept {
}

} // namespace volumeviz
