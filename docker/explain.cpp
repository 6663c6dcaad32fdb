#include "docker/explain.hpp"

#include "docker/session.hpp"
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

/// Why a unix socket lets nobody in, as an errno; 0 when it does after all.
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
    return "nobody answers at " + where.text
           + ": is dockerd listening there, is the name right, does a firewall stand between? "
             "Start "
             "it, or set DOCKER_HOST to where it listens";
  struct stat found {};
  if (::stat(where.path.c_str(), &found) == 0 && S_ISDIR(found.st_mode))
    return where.path
           + " is a folder, not a socket: Docker makes one for a bind mount of a file that does "
             "not "
             "exist. Remove it, and mount the socket that dockerd listens on";
  const int error = try_socket(where.path);
  switch (error) {
  case ENOENT:
  case ENOTDIR:
    return "there is no socket " + where.path
           + ": is dockerd running? Start it, or set DOCKER_HOST to where it listens";
  case ECONNREFUSED:
    return "nobody listens on " + where.path
           + ": dockerd is not running, or just starting. Start it, or set DOCKER_HOST to where it "
             "listens";
  case EACCES:
  case EPERM:
    return "no permission to use " + where.path
           + ": add this user to the group docker (usermod -aG docker USER, then log in anew), or "
             "run as root";
  case EAGAIN:
    return "dockerd takes no more connections on " + where.path
           + ": it hangs or is overloaded. See its log, or restart it";
  case 0:
    return "the connection to " + where.path + " broke, but it can be reached again";
  default:
    return where.path + " can't be used: " + std::generic_category().message(error);
  }
}

} // namespace

std::string daemons_words(std::string_view body) {
  constexpr std::size_t longest = 400;
  std::string text{body};
  try {
    boost::system::error_code error;
    const auto value = json::parse(body, error);
    if (const auto* object = error ? nullptr : value.if_object())
      if (const auto* message = object->if_contains("message"); message && message->is_string())
        text = message->get_string();
  } catch (const std::exception&) {
    // Not JSON that we can hold: the text itself will do.
  }
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos)
    return "(it gave no reason)";
  text.erase(0, first);
  text.erase(text.find_last_not_of(' ') + 1);
  if (text.size() > longest) {
    text::cut(text, longest);
    text += "...";
  }
  return text;
}

namespace {

/// What to do about a refusal that stays until a person does something; empty for others.
std::string cure_for(int status, const std::string& words) {
  if (words.find("HTTP request to an HTTPS server") != std::string::npos)
    return "; dockerd speaks TLS on this port: set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to "
           "the "
           "folder of ca.pem, cert.pem and key.pem";
  if (status == 401 || status == 403 || status == 405)
    return "; the daemon, or a proxy before it, must allow GET on " + std::string{paths_to_allow};
  if (status == 400 && words.find("client version") != std::string::npos)
    return "; this program speaks up to the version " + std::string{our_api_version}
           + ": use a daemon, or a program, that fits";
  return {};
}

} // namespace

failure explain_status(std::string_view what, int status, std::string_view body) {
  auto words = daemons_words(body);
  const auto cure = cure_for(status, words);
  if (!cure.empty() && words.ends_with('.'))
    words.pop_back();
  return {ec::docker_refused,
          couldnt(what) + "the daemon answered " + std::to_string(status) + ": " + words + cure};
}

failure explain_ending(std::string_view what, const address& where, ending how) {
  switch (how) {
  case ending::not_connected:
    return {ec::docker_unreachable, couldnt(what) + no_connection(where)};
  case ending::unknown_host:
    return {ec::docker_unreachable, couldnt(what) + "the name " + where.host
                                        + " has no address: check DOCKER_HOST, and the resolver"};
  case ending::tls_failed:
    return {ec::docker_unreachable,
            couldnt(what) + "no TLS connection to " + where.text
                + ": does dockerd speak TLS on this port, and does it accept " + where.cert + "?"};
  case ending::peer_rejected:
    return {ec::docker_unreachable,
            couldnt(what) + "the certificate of " + where.text + " is not signed by " + where.ca
                + ", has expired, or is for another host name: check DOCKER_HOST and "
                  "DOCKER_CERT_PATH"};
  default:
    break;
  }
  return {ec::docker_unreachable,
          couldnt(what) + "the connection to " + where.text
              + " ended before the answer was complete"
              + (where.via == address::kind::tls ? " (does it accept " + where.cert + "?)" : "")};
}

failure explain_timeout(std::string_view what, const address& where) {
  return {ec::docker_timeout,
          couldnt(what) + where.text
              + " did not answer in time: the daemon is overloaded or hangs, or "
                "a volume driver does"};
}

failure explain_stop(std::string_view what) {
  return {ec::cancelled, couldnt(what) + "stopped on purpose"};
}

} // namespace volumeviz::docker
