#include "http/access.hpp"

#include "text/host_port.hpp"
#include "text/secrets.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace volumeviz::http {

namespace {

/// Browsers resolve localhost and all names below it to a loopback address without asking DNS.
bool is_loopback_name(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || text::is_loopback(host);
}

bool may_be_named(const access_rules& rules, const std::string& host_header) {
  const auto host = text::host_of(host_header);
  return host
         && (is_loopback_name(*host)
             || std::ranges::find(rules.allowed_hosts, *host) != rules.allowed_hosts.end());
}

/// The host and the port, in a form in which addresses can be compared.
std::optional<std::string> full_address(std::string_view authority, std::string_view usual_port) {
  const auto host = text::host_of(authority);
  if (!host)
    return std::nullopt;
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto port = colon == std::string_view::npos ? usual_port : authority.substr(colon + 1);
  return *host + ' ' + std::string{port};
}

/// `origin` is SCHEME://HOST[:PORT], or "null" where the browser hides it.
bool is_own_origin(std::string_view origin, std::string_view host_header) {
  for (const auto& [scheme, port] :
       {std::pair<std::string_view, std::string_view>{"http://", "80"}, {"https://", "443"}})
    if (origin.starts_with(scheme)) {
      const auto address = full_address(origin.substr(scheme.size()), port);
      return address && address == full_address(host_header, port);
    }
  return false;
}

bool is_loopback_address(const addrinfo& found) {
  if (found.ai_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(found.ai_addr);
    return (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
  }
  if (found.ai_family != AF_INET6)
    return false;
  const auto& v6 = reinterpret_cast<const sockaddr_in6*>(found.ai_addr)->sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

} // namespace

std::optional<std::string> foreign_because(const access_rules& rules, std::string_view method,
                                           const provenance& from) {
  if (!rules.token.empty())
    return std::nullopt;
  const auto host = from.host.value_or("");
  const bool checks_host = rules.only_loopback || !rules.allowed_hosts.empty();
  if (checks_host && !host.empty() && !may_be_named(rules, host))
    return "the Host header names " + text::in_quotes(host)
           + ", which is neither a loopback name nor in HTTP_ALLOWED_HOSTS: add it there if it is "
             "meant to lead to this node, or set HTTP_AUTH_TOKEN";
  if (method == "POST" && from.origin && !is_own_origin(*from.origin, host))
    return "the Origin header, " + text::in_quotes(*from.origin)
           + ", is not the address in the Host header, " + text::in_quotes(host)
           + ": only pages of this node may send a POST; let a reverse proxy pass the Host header "
             "on, or set HTTP_AUTH_TOKEN";
  return std::nullopt;
}

bool is_only_loopback(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0)
    return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  for (const auto* each = found; each != nullptr; each = each->ai_next)
    if (!is_loopback_address(*each))
      return false;
  return true;
}

} // namespace volumeviz::http
