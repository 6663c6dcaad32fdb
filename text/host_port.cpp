#include "text/host_port.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

namespace volumeviz::text {

namespace {

bool is_ipv6(const std::string& host) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return port;
}

} // namespace

bool is_host_name(std::string_view name) {
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  });
}

std::optional<host_port> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port)
    return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    std::string inner{host.substr(1, host.size() - 2)};
    if (inner.find('\0') != std::string::npos || !is_ipv6(inner))
      return std::nullopt;
    return host_port{std::move(inner), *port};
  }
  if (!is_host_name(host))
    return std::nullopt;
  return host_port{std::string{host}, *port};
}

std::string to_string(const host_port& address) {
  const auto bracketed = address.host.find(':') != std::string::npos;
  return (bracketed ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

std::optional<std::string> host_of(std::string_view authority) {
  const auto address = authority.starts_with('[') ? authority.find(']') : 0;
  const bool has_port = authority.find(':', address) != std::string_view::npos;
  auto parsed = parse_host_port(std::string{authority} + (has_port ? "" : ":0"));
  if (!parsed)
    return std::nullopt;
  auto& host = parsed->host;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  }
  host = lower(host);
  if (host.ends_with('.'))
    host.pop_back();
  return host.empty() ? std::nullopt : std::optional{std::move(host)};
}

bool is_loopback(std::string_view host) {
  if (host == "localhost")
    return true;
  const std::string text{host};
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

} // namespace volumeviz::text
