#include "docker/connection.hpp"

#include "docker/resolve.hpp"
#include "docker/times.hpp"
#include "text/host_port.hpp"

#include <httplib.h>

#include <charconv>
#include <netinet/tcp.h>
#include <openssl/ssl.h>

namespace volumeviz::docker {

namespace {

// cpp-httplib hands the timeout to poll() in milliseconds, as an int. This is 23 days: the guard
// alone ends a request.
constexpr time_t no_timeout = 2'000'000;

/// Without keep-alive, TCP does not notice a firewall or a cable that drops all packets.
void keep_alive(int socket) {
  const auto set = [socket](int level, int name, int value) {
    ::setsockopt(socket, level, name, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
}

std::unique_ptr<httplib::ClientImpl> make_http(const address& where) {
  if (where.via == address::kind::unix_socket) {
    auto out = std::make_unique<httplib::ClientImpl>(where.path, 80);
    out->set_address_family(AF_UNIX);
    return out;
  }
  if (where.via == address::kind::tcp)
    return std::make_unique<httplib::ClientImpl>(where.host, where.port);
  auto out = std::make_unique<httplib::SSLClient>(where.host, where.port, where.cert, where.key);
  // cpp-httplib has loaded only the first certificate of the file, without the intermediate ones.
  if (auto* context = out->ssl_context()) {
    SSL_CTX_use_certificate_chain_file(context, where.cert.c_str());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  }
  out->set_ca_cert_path(where.ca);
  out->enable_server_certificate_verification(true);
  return out;
}

/// The value of the header Host. cpp-httplib's own is wrong: for a unix socket it is the path, to
/// which dockerd answers 400; for an IPv6 address it lacks the brackets.
std::string host_header(const address& where) {
  if (where.via == address::kind::unix_socket)
    return "docker";
  return to_string(text::host_port{where.host, static_cast<std::uint16_t>(where.port)});
}

response_head read_head(const httplib::Response& in) {
  response_head out;
  out.status = in.status;
  out.api_version = in.get_header_value("Api-Version");
  out.server = in.get_header_value("Server");
  out.libpod = in.has_header("Libpod-Api-Version") || out.server.starts_with("Libpod/");
  out.date = http_date(in.get_header_value("Date"));
  const auto length = in.get_header_value("Content-Length");
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (!length.empty() && error == std::errc{})
    out.length = bytes;
  return out;
}

ending ending_of(const httplib::Result& result) {
  switch (result.error()) {
  case httplib::Error::Success:
    return result ? ending::complete : ending::broken;
  case httplib::Error::Canceled:
    return ending::declined;
  case httplib::Error::Connection:
  case httplib::Error::ConnectionTimeout:
  case httplib::Error::BindIPAddress:
    return ending::not_connected;
  case httplib::Error::SSLConnection:
  case httplib::Error::SSLLoadingCerts:
    return ending::tls_failed;
  case httplib::Error::SSLServerVerification:
    return ending::peer_rejected;
  default:
    // In newer versions a wrong host name is an error of its own; Debian 12's 0.11 has no name for
    // it.
    return httplib::to_string(result.error()).find("hostname") != std::string::npos
               ? ending::peer_rejected
               : ending::broken;
  }
}

} // namespace

struct connection::implementation {
  address where;
  socket_guard& guard;
  std::unique_ptr<httplib::ClientImpl> http;
  unsigned sockets = 0;
};

connection::connection(const address& where, socket_guard& guard)
    : implementation_{new implementation{where, guard, make_http(where), 0}} {
  auto& http = *implementation_->http;
  http.set_keep_alive(true);
  http.set_url_encode(false); // paths come encoded
  http.set_connection_timeout(no_timeout);
  http.set_read_timeout(no_timeout);
  http.set_write_timeout(no_timeout);
  http.set_socket_options([self = implementation_.get()](int socket) {
    ++self->sockets;
    self->guard.watch(socket);
    if (self->where.via != address::kind::unix_socket)
      keep_alive(socket);
  });
}

connection::~connection() {
  implementation_->http.reset();
  implementation_->guard.forget();
}

ending connection::get(const std::string& path, std::string_view accept, const on_head& head,
                       const on_bytes& bytes) {
  const httplib::Headers headers{{"Accept", std::string{accept}},
                                 {"Host", host_header(implementation_->where)},
                                 {"User-Agent", "volumeviz-events"}};
  bool reported = false;
  const auto report = [&](const httplib::Response& in) {
    reported = true;
    return head(read_head(in));
  };
  const auto once = [&] {
    const auto out =
        implementation_->http->Get(path, headers, report, [&](const char* data, std::size_t size) {
          return bytes({data, size});
        });
    // After a 204 cpp-httplib calls neither callback.
    if (out && !reported)
      report(*out);
    return ending_of(out);
  };
  const auto& where = implementation_->where;
  if (where.via == address::kind::unix_socket || usable())
    return once();
  // cpp-httplib would wait for the resolver, where the guard can't end it.
  auto& guard = implementation_->guard;
  const auto given_up = [&guard] { return guard.stopped() || guard.expired(); };
  auto out = ending::unknown_host;
  for (const auto& ip : resolve(where.host, given_up)) {
    implementation_->http->set_hostname_addr_map({{where.host, ip}});
    out = once();
    if (out != ending::not_connected || given_up())
      break;
  }
  return out;
}

unsigned connection::sockets_opened() const noexcept {
  return implementation_->sockets;
}

bool connection::usable() const {
  return implementation_->sockets > 0 && implementation_->guard.connected();
}

std::string certificate_problem(const address& where) {
  if (where.via != address::kind::tls)
    return {};
  if (!httplib::SSLClient{where.host, where.port, where.cert, where.key}.is_valid())
    return where.cert + " and " + where.key + " are not a matching certificate and key";
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> owner{context, SSL_CTX_free};
  if (!context || SSL_CTX_load_verify_locations(context, where.ca.c_str(), nullptr) != 1)
    return where.ca + " is not a valid CA certificate";
  return {};
}

} // namespace volumeviz::docker
