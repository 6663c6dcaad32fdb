#include "messages/resources.hpp"

namespace volumeviz {

const char* to_string(resource_kind kind) noexcept {
  return kind == resource_kind::volume ? "volume" : "container";
}

const char* plural(resource_kind kind) noexcept {
  return kind == resource_kind::volume ? "volumes" : "containers";
}

std::string short_id(const std::string& id) {
  return id.substr(0, 12);
}

bool is_running(const container& x) noexcept {
  return x.state == "running" || x.state == "paused" || x.state == "restarting";
}

} // namespace volumeviz
