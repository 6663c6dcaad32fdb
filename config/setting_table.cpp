#include "config/setting_table.hpp"

#include "config/setting_readers.hpp"
#include "text/host_port.hpp"

#include <array>

namespace volumeviz::config {

namespace {

constexpr std::string_view a_boolean = "true, false, 1, 0, yes or no";
constexpr std::string_view a_duration = "0 or a duration up to 8760h, as in 500ms, 1s, 5m or 1h30m";
constexpr std::string_view a_positive_duration =
    "a duration from 1ms to 8760h, as in 500ms, 1s, 5m or 1h30m";
constexpr std::string_view an_address = "HOST:PORT or [IPv6]:PORT; port 0 picks a free one";
constexpr std::string_view a_file = "the path of a PEM file";

constexpr std::array table{
    setting{"EVENTS_ENABLED", "false", a_boolean,
            "turns on the events system; when false the node serves only health (not_configured) "
            "and metrics",
            readers::boolean<&settings::events_enabled>},
    setting{
        "EVENTS_QUEUE_SIZE", "1000", "a whole number from 1 to 1000000",
        "the most events that may wait in the handlers' mailboxes; further ones are dropped and "
        "counted, and their kind is listed again",
        readers::queue_size},
    setting{"EVENTS_BACKOFF_MIN_DURATION", "1s", a_positive_duration,
            "the shortest wait before a reconnect to Docker",
            readers::duration_of_at_least<&settings::backoff_min, 1>},
    setting{"EVENTS_BACKOFF_MAX_DURATION", "5m", a_positive_duration,
            "the longest wait before a reconnect; not below EVENTS_BACKOFF_MIN_DURATION",
            readers::duration_of_at_least<&settings::backoff_max, 1>},
    setting{"EVENTS_RECONCILE_INTERVAL", "30m", a_duration,
            "the time between periodic full reconciliations; 0 turns these off (those on start, "
            "reconnect, overflow and demand remain)",
            readers::duration_of_at_least<&settings::reconcile_interval, 0>},
    setting{"EVENTS_IDLE_DEGRADED_AFTER", "5m", a_duration,
            "connected but without an event for this long counts as degraded; 0: never",
            readers::duration_of_at_least<&settings::idle_degraded_after, 0>},
    setting{"DOCKER_HOST", "unix:///var/run/docker.sock", "unix:///PATH or tcp://HOST:PORT",
            "where the Docker daemon listens", readers::any_text<&settings::docker_host>,
            setting::shown::as_url},
    setting{"DOCKER_TLS_VERIFY", "none", "1, or 0 to turn it off",
            "mutual TLS with a tcp:// daemon, as the docker CLI does it",
            readers::docker_tls_verify},
    setting{"DOCKER_CERT_PATH", "~/.docker", "a folder",
            "the folder of ca.pem, cert.pem and key.pem for DOCKER_TLS_VERIFY",
            readers::any_text<&settings::docker_cert_path>},
    setting{"DATABASE_URL", "an SQLite file",
            "sqlite:///ABSOLUTE/PATH.db or postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=…",
            "the database; the file is $STATE_DIRECTORY/inventory.db where systemd sets that, else "
            "/var/lib/volumeviz-events/inventory.db for root and "
            "${XDG_STATE_HOME:-$HOME/.local/state}/volumeviz-events/inventory.db for others",
            readers::any_text<&settings::database_url>, setting::shown::as_url},
    setting{"DATABASE_NOTIFY", "false", a_boolean,
            "PostgreSQL: each transaction that writes changes also does NOTIFY volumeviz_events",
            readers::boolean<&settings::database_notify>},
    setting{"HISTORY_RETENTION", "30d", "0 or a duration up to 3650d, as in 12h, 30d or 1d12h",
            "how long changes are kept; 0 keeps none", readers::history_retention},
    setting{"HISTORY_MAX_ROWS", "1000000", "a whole number from 0 to 1000000000000",
            "the most changes kept per host, the oldest go first; 0: no limit",
            readers::history_max_rows},
    setting{"HISTORY_EXCLUDE", "none",
            "rules separated by commas: container.name=GLOB, container.image=GLOB, "
            "container.label=KEY[=GLOB], volume.name=GLOB, volume.label=KEY[=GLOB]",
            "resources whose changes are not kept; their rows stay exact. In a GLOB * stands for "
            "any text and ? for one character",
            readers::any_text<&settings::history_exclude>},
    setting{"HTTP_LISTEN", "127.0.0.1:8080", an_address, "address and port of the HTTP server",
            readers::listen<&settings::http_listen>},
    setting{"HTTP_AUTH_TOKEN", "none", "visible ASCII characters without blanks",
            "when set, every path but /api/v1/health/live and /api/v1/health/ready requires "
            "Authorization: Bearer …",
            readers::auth_token, setting::shown::never},
    setting{"HTTP_ALLOWED_HOSTS", "none", "names or addresses, separated by commas",
            "while no token is set: the names that a Host header may have beside loopback names "
            "such as localhost; on a loopback address all others are refused, elsewhere only when "
            "this is set",
            readers::allowed_hosts},
    setting{"LOG_LEVEL", "info", "trace, debug, info, warn or error", "how much is logged",
            readers::log_level},
    setting{"LOG_FORMAT", "text", "text or json", "text, or one JSON object a line",
            readers::format},
    setting{"ACTOR_STATS_INTERVAL", "60s", a_duration,
            "how often actor statistics are logged; 0: never",
            readers::duration_of_at_least<&settings::actor_stats_interval, 0>},
    setting{"NODE_NAME", "the host name; in a container the Docker daemon's own name",
            text::host_name_rule, "the name of this host in every table", readers::node_name},
    setting{"NODE_ROLE", "standalone", "standalone, agent or hub",
            "standalone: everything in one process; agent: watches Docker and reports to a hub; "
            "hub: stores for many agents",
            readers::role},
    setting{"HUB_LISTEN", "127.0.0.1:4711", an_address, "hub: where agents connect",
            readers::listen<&settings::hub_listen>},
    setting{"HUB_ADDRESS", "none", "HOST:PORT or [IPv6]:PORT", "agent: the hub; required",
            readers::hub_address},
    setting{"HUB_TLS_CERT", "none", a_file, "mutual TLS between agents and hub: our certificate",
            readers::any_text<&settings::hub_tls_cert>},
    setting{"HUB_TLS_KEY", "none", a_file, "the key of HUB_TLS_CERT",
            readers::any_text<&settings::hub_tls_key>},
    setting{"HUB_TLS_CA", "none", a_file, "the CA that signs the other side's certificate",
            readers::any_text<&settings::hub_tls_ca>},
    setting{"HUB_TLS_REVOKED", "none", a_file,
            "SHA-256 fingerprints of certificates that are refused, one per line; the file is read "
            "again when it changes",
            readers::any_text<&settings::hub_tls_revoked>},
    setting{"HUB_INSECURE", "false", a_boolean,
            "accept agents and hub without TLS on addresses other than loopback",
            readers::boolean<&settings::hub_insecure>},
};

} // namespace

std::span<const setting> setting_table() {
  return table;
}

} // namespace volumeviz::config
