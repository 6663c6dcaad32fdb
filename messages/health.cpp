#include "messages/health.hpp"

namespace volumeviz {

const char* to_string(health_status status) noexcept {
  switch (status) {
  case health_status::not_configured:
    return "not_configured";
  case health_status::healthy:
    return "healthy";
  case health_status::degraded:
    return "degraded";
  case health_status::unhealthy:
    return "unhealthy";
  }
  return "unhealthy";
}

} // namespace volumeviz
