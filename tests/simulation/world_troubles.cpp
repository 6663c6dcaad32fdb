// Troubles in the daemon: bursts, damaged lines, resources that can't be inspected, lost plugins,
// and changes without an event.

#include "tests/simulation/world.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

void world::burst(unsigned place, unsigned count) {
  // A millisecond apart: a reader that reads can follow.
  for (unsigned i = 0; i < count; ++i)
    later(milliseconds{i}, [this, place] {
      last_happened_ = runs_.now();
      const auto id = container_in(place);
      if (!daemon_->down && !daemon_->hung && daemon_->find_container(id) != nullptr)
        daemon_->announce(resource_kind::container, "update", id);
    });
}

void world::chatter(unsigned count) {
  // Docker's filter keeps them from the stream, Podman's does not.
  if (daemon_->habits.speaks != dialect::podman) {
    daemon_->chatter(count);
    return;
  }
  for (unsigned i = 0; i < count; ++i)
    later(milliseconds{i}, [this] {
      if (!daemon_->down && !daemon_->hung)
        daemon_->announce(resource_kind::container, "exec_start", "c");
    });
}

void world::damage(unsigned place, unsigned sort) {
  if (daemon_->down || daemon_->hung)
    return;
  daemon_->garble = [this, sort](const std::string& line) -> std::string {
    switch (sort) {
    case 0:
      return "HTTP/1.1 500 Internal Server Error";
    case 1:
      return line.substr(0, line.size() / 2);
    case 2:
      return R"({"Type":"container","Action":"die","Actor":{"ID":"","Attributes":{}},"timeNano":1})";
    case 3: { // understood, unless the limit is below it
      auto longer = line;
      const std::string label(runs_.one_in(50) ? 1'000'000 : 2'000, 'x');
      longer.insert(longer.find(R"("Attributes":{)") + 14, R"("label":")" + label + R"(",)");
      return longer;
    }
    case 4:
      return R"({"Type":"container","Action":"die","Actor":{"ID":"c","Attributes":{}}})";
    default:
      return "[]";
    }
  };
  const auto id = container_in(place);
  if (daemon_->find_container(id) != nullptr && !daemon_->is_ghost(id))
    rename_container(place);
  else
    create_volume(place);
  daemon_->garble = nullptr;
}

/// Half of the kinds last to the end. A ghost is what a crash of the daemon leaves: a container
/// that its lists show and every other call denies.
void world::cripple(unsigned place, unsigned how, nanoseconds span) {
  using by = model_daemon::crippled_by;
  constexpr by sorts[] = {by::hanging, by::refusal, by::denial, by::refusal};
  auto sort = sorts[how % 4];
  const auto key = how % 4 == 3 ? volume_in(place) : container_in(place);
  if (sort == by::denial) {
    if (daemon_->down || daemon_->hung || daemon_->habits.speaks == dialect::podman)
      return;
    daemon_->go_down();
    ++times_down_;
    daemon_->come_up();
  }
  daemon_->crippled[key] = {sort, how >= 4};
  if (how < 4)
    later(span, [this, key] { daemon_->crippled.erase(key); });
}

/// No event reports when it begins and when it ends.
void world::malform(unsigned place, unsigned sort, nanoseconds span) {
  const auto key = (sort & 2) != 0 ? container_in(place) : volume_in(place);
  daemon_->malformed[key] = {.keyless = (sort & 1) != 0, .until = std::nullopt};
  later(span, [this, key] { daemon_->mend(key); });
}

/// The daemon was restarted and does not find a plugin: it keeps the plugin's volumes and does not
/// list them.
void world::lose_plugin(nanoseconds span, bool lasting) {
  daemon_->plugin_absent = true;
  forget_plugin_volumes();
  plugin_lasts_ |= lasting;
  later(span, [this] {
    if (!plugin_lasts_)
      find_plugin();
  });
}

/// The rows may lack them, and the node has no way to know.
void world::forget_plugin_volumes() {
  for (const auto& [name, x] : daemon_->volumes)
    if (const auto* state = x.now(); state != nullptr && state->driver == "plugin")
      oracle_.unseen.insert(name);
}

/// No event reports it. Volumes that the node has never seen need another list.
void world::find_plugin() {
  if (daemon_->hung || !std::exchange(daemon_->plugin_absent, false) || daemon_->down)
    return;
  const auto rows = database_->rows();
  if (std::ranges::all_of(oracle_.unseen,
                          [&rows](const auto& name) { return rows.volumes.contains(name); }))
    return;
  daemon_->go_down();
  ++times_down_;
  daemon_->come_up();
}

/// The client has hung up between the removal and its event.
void world::remove_without_event(unsigned place) {
  daemon_->silent = true;
  remove_volume(place);
  daemon_->silent = false;
}

void world::change_without_event(unsigned n) {
  daemon_->silent = true;
  for (unsigned i = 0; i < n; ++i) {
    const auto place = static_cast<unsigned>(runs_.random(4));
    switch (runs_.random(5)) {
    case 0:
      stop_container(place, true);
      break;
    case 1:
      remove_container(place);
      break;
    case 2:
      start_container(place);
      break;
    case 3:
      create_volume(place);
      break;
    default:
      remove_volume(place);
    }
  }
  daemon_->silent = false;
}

} // namespace volumeviz::simulation
