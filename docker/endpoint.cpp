#include "docker/endpoint.hpp"

#include "text/host_port.hpp"
#include "text/secrets.hpp"

#include <cstdlib>
#include <fstream>
#include <string_view>
#include <sys/un.h>
#include <utility>

namespace volumeviz::docker {

namespace {

/// An address, or why the text can't be used; empty where the two allowed forms say it all.
using parsed = tl::expected<address, std::string>;

tl::unexpected<std::string> wrong(std::string why) {
  return tl::unexpected{std::move(why)};
}

parsed parse_unix(std::string_view path) {
  constexpr auto longest = sizeof(sockaddr_un::sun_path) - 1; // it ends with a zero byte
  if (!path.starts_with('/'))
    return wrong("the path is not absolute: three slashes in a row");
  if (path.size() > longest || path.find('\0') != std::string_view::npos)
    return wrong("the path is longer than the " + std::to_string(longest)
                 + " bytes that a unix socket can have");
  address out;
  out.path = path;
  return out;
}

parsed parse_tcp(std::string_view authority) {
  if (authority.ends_with('/'))
    authority.remove_suffix(1);
  auto where = text::parse_host_port(authority);
  if (!where || where->port == 0)
    return wrong("the usual ports are 2375, and 2376 with TLS");
  address out;
  out.via = address::kind::tcp;
  out.host = std::move(where->host);
  out.port = where->port;
  return out;
}

parsed parse_host(std::string_view text) {
  constexpr std::string_view unix_socket = "unix://", tcp = "tcp://";
  if (text.starts_with(unix_socket))
    return parse_unix(text.substr(unix_socket.size()));
  if (text.starts_with(tcp))
    return parse_tcp(text.substr(tcp.size()));
  if (text.starts_with("ssh://"))
    return wrong("ssh is not supported; forward the socket instead: ssh -NL "
                 "/tmp/docker.sock:/var/run/docker.sock HOST");
  return wrong("");
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

} // namespace

std::optional<std::string> host_complaint(const std::string& host) {
  auto out = parse_host(host);
  return out ? std::nullopt : std::optional{std::move(out.error())};
}

result<address> parse_endpoint(const endpoint& where) {
  auto out = parse_host(where.host);
  if (!out)
    return fail(ec::bad_request, "DOCKER_HOST=" + text::in_quotes(text::without_secrets(where.host))
                                     + ": allowed is unix:///PATH or tcp://HOST:PORT"
                                     + (out.error().empty() ? "" : " (" + out.error() + ')'));
  out->text = where.host;
  if (!where.tls)
    return std::move(*out);
  if (out->via == address::kind::unix_socket)
    return fail(ec::bad_request,
                "DOCKER_TLS_VERIFY is set, but a unix socket has no TLS: unset it, "
                "or set DOCKER_HOST to a tcp:// address");
  return read_certificates(where, std::move(*out));
}

} // namespace volumeviz::docker
