#pragma once

#include "docker/resource_json.hpp"

#include <string_view>

namespace volumeviz::docker {

// Lists whose body is there as a whole.

inline result<volume_listing> parse_volumes(std::string_view body) {
  volume_list_reader list;
  list.feed(body);
  return list.finish();
}

inline result<parsed_containers> parse_containers(std::string_view body) {
  container_list_reader list;
  list.feed(body);
  return list.finish();
}

} // namespace volumeviz::docker
