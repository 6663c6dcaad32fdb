#include "docker/explain.hpp"

#include "docker/session.hpp"
#include "text/ascii.hpp"
#include "text/utf8.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::docker {

namespace json = boost::json;

namespace {

std::string couldnt(std::string_view what) {
  return "couldn't " + std::string{what} + ": ";
}

/// The errno of a connection attempt to a unix socket; 0 when it succeeds.
int try_socket(const std::string& path) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path)
    return ENAMETOOLONG;
  path.copy(to.sun_path, path.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    return errno;
  const int result =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 ? 0 : errno;
  ::close(descriptor);
  return result;
}

std::string no_connection(const address& where) {
  if (where.via != address::kind::unix_socket)
    return "no connection to " + where.text
           + ": dockerd does not listen there, the name is wrong, or a firewall is in between. "
             "Start "
             "dockerd, or set DOCKER_HOST to where it listens";
  struct stat found {};
  if (::stat(where.path.c_str(), &found) == 0 && S_ISDIR(found.st_mode))
    return where.path
           + " is a folder, not a socket: Docker creates one for a bind mount of a file that does "
             "not "
             "exist. Remove it, and mount the socket that dockerd listens on";
  const int error = try_socket(where.path);
  switch (error) {
  case ENOENT:
  case ENOTDIR:
    return "there is no socket " + where.path
           + ": start dockerd, or set DOCKER_HOST to where it listens";
  case ECONNREFUSED:
    return "connection refused on " + where.path
           + ": dockerd is not running, or just starting. Start it, or set DOCKER_HOST to where it "
             "listens";
  case EACCES:
  case EPERM:
    return "no permission to use " + where.path
           + ": add this user to the group docker (usermod -aG docker USER, then log in again), or "
             "run as root";
  case EAGAIN:
    return "dockerd accepts no more connections on " + where.path
           + ": it hangs or is overloaded. Read its log, or restart it";
  case 0:
    return "the connection to " + where.path + " broke; a new one succeeds";
  default:
    return where.path + " can't be used: " + std::generic_category().message(error);
  }
}

} // namespace

std::string daemon_message(std::string_view body) {
  constexpr std::size_t longest = 400;
  std::string text{body};
  try {
    boost::system::error_code error;
    const auto value = json::parse(body, error);
    if (const auto* object = error ? nullptr : value.if_object())
      if (const auto* found = object->if_contains("message"); found && found->is_string())
        text = found->get_string();
  } catch (const std::exception&) {
    // Not JSON that fits into memory: use the text as it is.
  }
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos)
    return "(no reason given)";
  text.erase(0, first);
  text.erase(text.find_last_not_of(' ') + 1);
  if (text.size() > longest) {
    text::cut(text, longest);
    text += "...";
  }
  return text;
}

bool says_gone(std::string_view body, std::string_view kind) {
  const auto message = text::lower(daemon_message(body));
  const auto name = std::string{kind};
  return message.find("no such " + name) != std::string::npos
         || message.find("no " + name + " with") != std::string::npos; // Podman
}

namespace {

/// What a person must do about a refusal; empty when the daemon may answer differently next time.
std::string cure_for(int status, const std::string& message) {
  if (message.find("HTTP request to an HTTPS server") != std::string::npos)
    return "; dockerd speaks TLS on this port: set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to "
           "the "
           "folder of ca.pem, cert.pem and key.pem";
  if (status == 401 || status == 403 || status == 405)
    return "; the daemon, or a proxy before it, must allow GET on " + std::string{paths_to_allow};
  if (status == 400 && message.find("client version") != std::string::npos)
    return "; this program speaks API versions up to " + std::string{our_api_version}
           + ": update the older of the two";
  return {};
}

} // namespace

failure explain_status(std::string_view what, int status, std::string_view body) {
  auto message = daemon_message(body);
  const auto cure = cure_for(status, message);
  if (!cure.empty() && message.ends_with('.'))
    message.pop_back();
  return {ec::docker_refused,
          couldnt(what) + "the daemon answered " + std::to_string(status) + ": " + message + cure};
}

failure explain_ending(std::string_view what, const address& where, ending how) {
  switch (how) {
  case ending::not_connected:
    return {ec::docker_unreachable, couldnt(what) + no_connection(where)};
  case ending::unknown_host:
    return {ec::docker_unreachable,
            couldnt(what) + "the name " + where.host
                + " has no address: check DOCKER_HOST and the DNS resolver"};
  case ending::tls_failed:
    return {ec::docker_unreachable,
            couldnt(what) + "the TLS handshake with " + where.text
                + " failed: check that dockerd speaks TLS on this port and accepts " + where.cert};
  case ending::peer_rejected:
    return {ec::docker_unreachable,
            couldnt(what) + "the certificate of " + where.text + " is not signed by " + where.ca
                + ", has expired, or is for another host name: check DOCKER_HOST and "
                  "DOCKER_CERT_PATH"};
  default:
    break;
  }
  return {ec::docker_unreachable, couldnt(what) + "the connection to " + where.text
                                      + " ended before the answer was complete"
                                      + (where.via == address::kind::tls
                                             ? " (check that dockerd accepts " + where.cert + ")"
                                             : "")};
}

failure explain_timeout(std::string_view what, const address& where) {
  return {ec::docker_timeout,
          couldnt(what) + where.text
              + " did not answer in time: the daemon or a volume driver is overloaded or hangs"};
}

failure explain_stop(std::string_view what) {
  return {ec::cancelled, couldnt(what) + "the program is stopping"};
}

} // namespace volumeviz::docker
