#include "commands/docker_endpoint.hpp"

namespace volumeviz::commands {

docker::endpoint docker_endpoint(const config::settings& settings) {
  return {.host = settings.docker_host,
          .tls = settings.docker_tls_verify,
          .cert_path = settings.docker_cert_path};
}

} // namespace volumeviz::commands
