#pragma once

#include "messages/error.hpp"
#include "messages/node_role.hpp"
#include "text/host_port.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::config {

enum class log_format { text, json };
using volumeviz::node_role;

/// Every setting of the program, validated. Defaults are those of `volumeviz-events --help`.
struct settings {
  bool events_enabled = false;
  std::size_t events_queue_size = 1000;
  std::chrono::milliseconds backoff_min{1000};
  std::chrono::milliseconds backoff_max{300'000};
  std::chrono::milliseconds reconcile_interval{1'800'000}; ///< 0: no periodic reconciliation
  std::chrono::milliseconds idle_degraded_after{300'000};  ///< 0: never
  std::string docker_host = "unix:///var/run/docker.sock";
  bool docker_tls_verify = false;
  bool database_notify = false;
  std::string docker_cert_path;
  std::string database_url; ///< never empty after read_settings
  text::host_port http_listen{"127.0.0.1", 8080};
  std::string http_auth_token;                 ///< empty: none
  std::vector<std::string> http_allowed_hosts; ///< as text::host_of() writes them; empty: none
  std::chrono::milliseconds history_retention = std::chrono::hours{24 * 30}; ///< 0: no history
  std::uint64_t history_max_rows = 1'000'000; ///< of a host; 0: no limit
  std::string history_exclude;                ///< rules; empty: none
  std::string log_level = "info";
  log_format format = log_format::text;
  std::chrono::milliseconds actor_stats_interval{60'000}; ///< 0: never
  std::string node_name;                                  ///< never empty after read_settings
  /// NODE_NAME is not set and the node runs in a container, whose host name is its id. The daemon's
  /// own name is used instead, once the daemon has answered; until then `node_name` is the host
  /// name.
  bool node_name_from_daemon = false;
  node_role role = node_role::standalone;
  bool hub_insecure = false;
  text::host_port hub_listen{"127.0.0.1", 4711};
  std::optional<text::host_port> hub_address;
  std::string hub_tls_cert, hub_tls_key, hub_tls_ca;
  std::string hub_tls_revoked; ///< empty: no list
  /// Variables that are set but ignored, a sentence each, for the log and for `check`.
  std::vector<std::string> notices;
};

/// All variables of the process.
using environment = std::map<std::string, std::string>;

/// Why a value can't be used; nothing when it can, empty when it has none of the allowed forms. The
/// caller supplies these: the folders that use the values validate them, and config/ may not
/// include those folders.
struct validators {
  using validator = std::function<std::optional<std::string>(const std::string& value)>;
  validator docker_host, database_url, history_exclude;
};

/// The settings, or all complaints: one line each, with the variable, the value (unless it is
/// secret) and what is allowed. Unknown variables that begin with EVENTS_ are complaints. A
/// variable that is set and empty counts as not set.
tl::expected<settings, std::vector<std::string>> read_settings(const environment& variables,
                                                               const validators& validate = {});

/// Whether the program runs in a container: the host name is a container's id, or one of
/// /.dockerenv, /run/.containerenv and Kubernetes' variables is there.
bool in_container(const environment& variables, std::string_view host_name);

/// The settings for --help, two lines each: `NAME (default DEFAULT)`, then the meaning and what is
/// allowed.
std::string describe_settings();

} // namespace volumeviz::config
