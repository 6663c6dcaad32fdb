#include "tests/swarm/host_model.hpp"

#include "sync/backoff.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace volumeviz::swarm {

namespace {

// An arbitrary day; both databases keep milliseconds.
constexpr timestamp first_moment = 1'700'000'000'000'000'000;
constexpr timestamp millisecond = 1'000'000;

// A volume that is created only to be removed; no container mounts it.
constexpr const char* spare = "spare";

} // namespace

host_model::host_model(std::string name, std::size_t volumes, std::size_t containers,
                       std::uint64_t seed)
    : name_(std::move(name)), random_(sync::seeded(seed)), containers_wanted_(containers),
      moment_(first_moment) {
  for (std::size_t i = 0; i < volumes; ++i)
    add_volume(fmt::format("data-{}", i));
  for (std::size_t i = 0; i < containers; ++i)
    add_container(volumes == 0 ? "" : fmt::format("data-{}", i % volumes));
}

host_model::change host_model::happen() {
  switch (random_() % 10) {
  case 0:
    return replace_container();
  case 1:
    return replace_volume();
  case 2:
    return rename();
  default:
    return start_or_stop();
  }
}

host_model::change host_model::start_or_stop() {
  if (containers_.empty())
    return replace_container();
  auto& x = any_of(containers_)->second;
  if (x.state == "running") {
    x.state = "exited";
    x.status = "Exited (0)";
    x.finished_at = next_moment();
  } else {
    x.state = "running";
    x.status = "Up";
    x.started_at = next_moment();
  }
  return {resource_kind::container, x.id};
}

host_model::change host_model::rename() {
  if (containers_.empty())
    return replace_container();
  auto& x = any_of(containers_)->second;
  x.name = fmt::format("renamed-{}", ++made_);
  return {resource_kind::container, x.id};
}

host_model::change host_model::replace_container() {
  if (!containers_.empty() && containers_.size() >= containers_wanted_) {
    const auto leaves = any_of(containers_);
    change result{resource_kind::container, leaves->first};
    containers_.erase(leaves);
    return result;
  }
  add_container(volumes_.empty() ? "" : volumes_.begin()->first); // "data-0", which stays
  return {resource_kind::container, fmt::format("{:064x}", made_)};
}

host_model::change host_model::replace_volume() {
  if (const auto last = volumes_.lower_bound(spare); last != volumes_.end()) {
    change result{resource_kind::volume, last->first};
    volumes_.erase(last);
    return result;
  }
  const auto made = fmt::format("{}-{}", spare, ++made_);
  add_volume(made);
  return {resource_kind::volume, made};
}

void host_model::add_container(const std::string& mounting) {
  container x{.id = fmt::format("{:064x}", ++made_),
              .name = fmt::format("service-{}", made_),
              .image = "registry.example.com/team/service:1.2.3",
              .state = "running",
              .status = "Up",
              .labels = {{"com.docker.compose.project", "shop"},
                         {"com.docker.compose.service", fmt::format("service-{}", made_)}},
              .mounts = {},
              .created_at = next_moment(),
              .started_at = next_moment(),
              .from_inspect = true};
  if (!mounting.empty())
    x.mounts.push_back({.volume = mounting, .path = "/var/lib/data", .writable = made_ % 3 != 0});
  containers_.insert_or_assign(x.id, std::move(x));
}

void host_model::add_volume(const std::string& volume_name) {
  volumes_[volume_name] = {.name = volume_name,
                           .driver = "local",
                           .mountpoint =
                               fmt::format("/var/lib/docker/volumes/{}/_data", volume_name),
                           .labels = {{"com.docker.compose.project", "shop"}},
                           .options = {},
                           .scope = "local",
                           .created_at = next_moment()};
}

timestamp host_model::next_moment() {
  return moment_ += millisecond;
}

template <class Map>
typename Map::iterator host_model::any_of(Map& map) {
  return std::next(map.begin(), static_cast<std::ptrdiff_t>(random_() % map.size()));
}

integration::inventory_rows host_model::rows() const {
  integration::inventory_rows result;
  for (const auto& [key, x] : volumes_)
    result.volumes[key] = {.name = x.name,
                           .driver = x.driver,
                           .mountpoint = x.mountpoint,
                           .scope = x.scope,
                           .labels = x.labels,
                           .options = x.options};
  for (const auto& [key, x] : containers_) {
    result.containers[key] = {.name = x.name,
                              .image = x.image,
                              .state = x.state,
                              .labels = x.labels,
                              .started_at = x.started_at / 1000,
                              .finished_at = x.finished_at / 1000,
                              .active = is_running(x)};
    for (const auto& m : x.mounts)
      result.mounts[{key, m.path, m.volume}] = {.access_mode = m.writable ? "rw" : "ro"};
  }
  return result;
}

} // namespace volumeviz::swarm
