#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::config {

/// An address to listen on or to connect to. IPv6 hosts are kept without brackets.
struct host_port {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads "HOST:PORT" or "[IPv6]:PORT"; HOST is a name or an IPv4 address. Port 0 is let through.
/// Nothing when the text is anything else.
std::optional<host_port> parse_host_port(std::string_view text);

/// The text that parse_host_port() reads back as the same, with brackets around an IPv6 address.
std::string to_string(const host_port& address);

/// The host of "HOST", "HOST:PORT", "[IPv6]" or "[IPv6]:PORT" in the form in which two of them are
/// compared: lower case, without port, brackets and the dot at the end of a full name. Nothing when
/// the text is anything else.
std::optional<std::string> host_of(std::string_view authority);

/// Whether the host is this machine and can be reached from nowhere else: 127.0.0.0/8, ::1,
/// localhost.
bool is_loopback(std::string_view host);

} // namespace volumeviz::config
