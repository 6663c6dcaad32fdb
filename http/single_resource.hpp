#pragma once

#include "http/stored_rows.hpp"
#include "messages/error.hpp"

#include <optional>
#include <string>

namespace volumeviz::http {

inline constexpr const char* resource_templates[] = {"/api/v1/hosts/{host}/volumes/{volume}",
                                                     "/api/v1/hosts/{host}/containers/{id}"};

/// What a path of one of these names.
struct resource_path {
  std::string host, id;
  bool is_volume = false;
};
std::optional<resource_path> parse_resource_path(const std::string& path);

struct resource_answer {
  int status = 200;
  std::string body;
};

/// The volume with the containers that mount it, or the container with its mounts. When there is
/// none: 404, with `gone_at` if the history knows when it was removed. `stored.rows` is not null.
resource_answer answer_resource(const stored_rows& stored, const resource_path& path);

} // namespace volumeviz::http
