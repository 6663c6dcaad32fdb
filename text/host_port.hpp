#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::text {

/// An address to listen on or to connect to. IPv6 hosts are kept without brackets.
struct host_port {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Whether `name` may be the name of a host: see `host_name_rule`. Such a name is a key in the
/// database and a label of metrics.
bool is_host_name(std::string_view name);
inline constexpr const char* host_name_rule = "1 to 253 of letters, digits, '.', '_' and '-'";

/// Reads "HOST:PORT" or "[IPv6]:PORT"; HOST is a name or an IPv4 address. Port 0 is accepted.
/// Nothing when the text has another form.
std::optional<host_port> parse_host_port(std::string_view text);

/// "HOST:PORT", with brackets around an IPv6 address: parse_host_port() reads it back as the same.
std::string to_string(const host_port& address);

/// The host of "HOST", "HOST:PORT", "[IPv6]" or "[IPv6]:PORT", in a form in which hosts can be
/// compared: lower case, without the port, the brackets and the dot at the end of a full name.
/// Nothing when the text has another form.
std::optional<std::string> host_of(std::string_view authority);

/// Whether only this machine can reach the host: 127.0.0.0/8, ::1, localhost.
bool is_loopback(std::string_view host);

} // namespace volumeviz::text
