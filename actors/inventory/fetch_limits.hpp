#pragma once

#include "docker/requests.hpp"
#include "messages/resources.hpp"
#include "sync/work_limits.hpp"

namespace volumeviz {

/// The limits of one kind's fetches. One list costs as much as about 300 inspects of volumes, or 60
/// of containers (measured with Docker 28.5).
inline sync::work_limits fetch_limits(resource_kind kind) {
  if (kind == resource_kind::container)
    return {.list_above = 60};
  return {.list_above = 300, .list_only = docker::is_mangled_by_router};
}

} // namespace volumeviz
