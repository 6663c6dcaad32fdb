#include "messages/error.hpp"

namespace volumeviz {

const char* to_string(ec code) noexcept {
  switch (code) {
  case ec::docker_unreachable:
    return "docker_unreachable";
  case ec::docker_timeout:
    return "docker_timeout";
  case ec::docker_refused:
    return "docker_refused";
  case ec::docker_malformed:
    return "docker_malformed";
  case ec::docker_too_large:
    return "docker_too_large";
  case ec::store_unreachable:
    return "store_unreachable";
  case ec::store_rejected:
    return "store_rejected";
  case ec::store_schema:
    return "store_schema";
  case ec::queue_full:
    return "queue_full";
  case ec::bad_request:
    return "bad_request";
  case ec::cancelled:
    return "cancelled";
  case ec::internal:
    return "internal";
  }
  return "internal";
}

} // namespace volumeviz
