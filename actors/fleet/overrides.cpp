#include "actors/fleet/overrides.hpp"

#include <caf/all.hpp>

#include <random>
#include <utility>

// A function of the program replaces the function of the same name inside libcaf, since Debian
// links libcaf without -Bsymbolic. check_overrides() notices at start when this does not work.

namespace caf::detail {

/// CAF derives a node's id from the machine's hardware addresses, the UUID of the root file system
/// and the process id. Two containers may have all three in common. Each then takes the other's
/// messages for its own. Random text in place of the UUID makes the ids differ, also those of
/// several actor systems in one process: CAF calls this once for each.
__attribute__((visibility("default"), used)) std::string get_root_uuid() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 32; ++i)
    text += "0123456789abcdef"[random() % 16];
  return text;
}

} // namespace caf::detail

namespace volumeviz {

namespace {

// Of an id's 40 hex digits. CAF's own ids of one machine differ only in the last ones, which count
// the actor systems of the process.
constexpr std::size_t digits_compared = 32;

} // namespace

std::string make_node_id() {
  const caf::actor_system_config config;
  return to_string(caf::node_id::default_data::local(config));
}

result<std::string> check_overrides(node_role role, const std::function<std::string()>& make_id) {
  if (make_id().substr(0, digits_compared) != make_id().substr(0, digits_compared))
    return std::string{};
  std::string why =
      "libcaf does not use this program's caf::detail::get_root_uuid(), so agents or hubs in "
      "containers may get equal node ids and take each other's messages: run the program with "
      "Debian's libcaf-core0.17, which is linked without -Bsymbolic, and link it without a version "
      "script";
  if (role == node_role::standalone)
    return why.append(" (a standalone node works without it)");
  return fail(ec::internal, std::move(why));
}

} // namespace volumeviz
