#include "commands/link_credentials.hpp"

#include "text/secrets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace volumeviz::commands {

namespace {

using complaints = std::vector<std::string>;

std::string line_for(const char* name, const std::string& value, const std::string& text) {
  return fmt::format("{}={}: {}", name, text::in_quotes(value), text);
}

std::string line_for(const config::settings& settings, const identity::file_complaint& complaint) {
  using file = identity::file_complaint::file;
  switch (complaint.which) {
  case file::certificate:
    return line_for("HUB_TLS_CERT", settings.hub_tls_cert, complaint.text);
  case file::key:
    return line_for("HUB_TLS_KEY", settings.hub_tls_key, complaint.text);
  case file::ca:
    break;
  }
  return line_for("HUB_TLS_CA", settings.hub_tls_ca, complaint.text);
}

} // namespace

tl::expected<std::shared_ptr<const identity::credentials>, complaints>
link_credentials(const config::settings& settings) {
  if (settings.role == config::node_role::standalone || settings.hub_tls_cert.empty())
    return nullptr;
  const auto is_agent = settings.role == config::node_role::agent;
  auto loaded = identity::credentials::load({.certificate = settings.hub_tls_cert,
                                             .key = settings.hub_tls_key,
                                             .ca = settings.hub_tls_ca},
                                            is_agent ? identity::side::agent : identity::side::hub);
  if (!loaded) {
    complaints lines;
    for (const auto& each : loaded.error())
      lines.push_back(line_for(settings, each));
    return tl::unexpected{std::move(lines)};
  }
  // The hub would refuse it at each attempt. A hub may have any name: its agents check it.
  if (is_agent && !(*loaded)->is_for(settings.node_name))
    return tl::unexpected{complaints{line_for(
        "HUB_TLS_CERT", settings.hub_tls_cert,
        fmt::format("the certificate is for {}, not for {}, which is this agent's NODE_NAME: "
                    "the hub would refuse it",
                    fmt::join((*loaded)->names(), ", "), text::in_quotes(settings.node_name)))}};
  return std::move(*loaded);
}

} // namespace volumeviz::commands
