#include "docker/endpoint.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <sys/un.h>

namespace volumeviz::docker {

namespace {

tl::unexpected<failure> wrong(const endpoint& where, const std::string& why) {
  return fail(ec::bad_request, "DOCKER_HOST=" + where.host + ": " + why);
}

result<address> parse_unix(const endpoint& where, std::string_view path) {
  if (path.empty() || path.front() != '/')
    return wrong(where, "a unix socket needs an absolute path, e.g. unix:///var/run/docker.sock");
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return wrong(where, "the path of a unix socket has at most "
                            + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
  if (where.tls)
    return wrong(where, "DOCKER_TLS_VERIFY is set, but a unix socket has no TLS: unset it, or name "
                        "a tcp:// address");
  address out;
  out.path = path;
  out.text = where.host;
  return out;
}

result<address> read_certificates(const endpoint& where, address out) {
  auto folder = where.cert_path;
  if (folder.empty()) {
    const char* home = std::getenv("HOME");
    folder = std::string{home ? home : ""} + "/.docker";
  }
  out.via = address::kind::tls;
  out.ca = folder + "/ca.pem";
  out.cert = folder + "/cert.pem";
  out.key = folder + "/key.pem";
  for (const auto& file : {out.ca, out.cert, out.key})
    if (std::ifstream in{file}; !in || in.peek() == std::ifstream::traits_type::eof())
      return fail(ec::bad_request,
                  "DOCKER_TLS_VERIFY is set, but " + file
                      + " can't be read: put ca.pem, cert.pem and key.pem into the folder named by "
                        "DOCKER_CERT_PATH");
  return out;
}

result<address> parse_tcp(const endpoint& where, std::string_view rest) {
  if (!rest.empty() && rest.back() == '/')
    rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != std::string_view::npos)
    return wrong(where, "only tcp://HOST:PORT is understood, without user, path or query");
  std::string_view host = rest;
  std::string_view port;
  if (rest.starts_with('[')) {
    auto end = rest.find(']');
    if (end == std::string_view::npos)
      return wrong(where, "the bracket of the IPv6 address is not closed");
    host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
    if (!port.empty() && port.front() != ':')
      return wrong(where, "expected :PORT behind the IPv6 address");
  } else if (auto colon = rest.find(':'); colon != std::string_view::npos) {
    if (rest.find(':', colon + 1) != std::string_view::npos)
      return wrong(where, "an IPv6 address needs brackets: tcp://[::1]:2375");
    host = rest.substr(0, colon);
    port = rest.substr(colon);
  }
  address out;
  out.via = address::kind::tcp;
  out.host = host.empty() ? "localhost" : std::string{host};
  out.port = where.tls ? 2376 : 2375;
  out.text = where.host;
  if (!port.empty()) {
    port.remove_prefix(1);
    auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error != std::errc{} || end != port.data() + port.size() || out.port < 1
        || out.port > 65535)
      return wrong(where, "the port must be a number from 1 to 65535");
  }
  return where.tls ? read_certificates(where, std::move(out)) : result<address>{std::move(out)};
}

} // namespace

result<address> parse_endpoint(const endpoint& where) {
  std::string_view text = where.host;
  auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos)
    return wrong(where, "expected unix:///PATH or tcp://HOST:PORT");
  auto scheme = text.substr(0, scheme_end);
  auto rest = text.substr(scheme_end + 3);
  if (scheme == "unix")
    return parse_unix(where, rest);
  if (scheme == "tcp")
    return parse_tcp(where, rest);
  return wrong(where, "the scheme \"" + std::string{scheme}
                          + "\" is not supported: expected unix:///PATH or tcp://HOST:PORT");
}

} // namespace volumeviz::docker
