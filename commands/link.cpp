#include "commands/link.hpp"

#include <fmt/format.h>

#include <random>

#include "commands/host_rows.hpp"

namespace volumeviz::commands {

namespace {

std::string random_secret() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 8; ++i)
    text += fmt::format("{:08x}", random());
  return text;
}

} // namespace

link_files link_files_of(const config::settings& settings) {
  return {settings.hub_tls_cert, settings.hub_tls_key, settings.hub_tls_ca};
}

link_parts make_link(const config::settings& settings, persistence::inventory* rows) {
  std::random_device random;
  link_parts link;
  link.program_version = VOLUMEVIZ_VERSION;
  link.boot = (std::uint64_t{random()} << 32 | random()) | 1;
  link.keys.secret = random_secret;
  link.make_connector = [files = link_files_of(settings)](caf::actor_system& system) {
    return connector_of(system, files);
  };
  link.recorded_hosts = [rows] { return recorded_hosts(*rows); };
  return link;
}

} // namespace volumeviz::commands
