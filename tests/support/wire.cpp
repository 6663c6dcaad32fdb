#include "tests/support/wire.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace volumeviz::support {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

/// The length that a request's header announces for its body.
std::size_t body_size(std::string header) {
  std::ranges::transform(header, header.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = header.find("\r\ncontent-length:");
  return found == std::string::npos ? 0 : std::strtoul(header.c_str() + found + 17, nullptr, 10);
}

} // namespace

const std::string_view internal_error =
    "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 26\r\n"
    "\r\n{\"message\":\"by the proxy\"}";
const std::string_view empty_stream = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";

std::vector<seen_request> request_reader::feed(std::string_view bytes) {
  std::vector<seen_request> found;
  unparsed_.append(bytes);
  for (;;) {
    const auto skipped = std::min(body_left_, unparsed_.size());
    unparsed_.erase(0, skipped);
    body_left_ -= skipped;
    const auto end = unparsed_.find("\r\n\r\n");
    if (body_left_ > 0 || end == std::string::npos)
      return found;
    const auto header = unparsed_.substr(0, end + 2);
    unparsed_.erase(0, end + 4);
    body_left_ = body_size(header);
    auto& request = found.emplace_back();
    std::istringstream{header} >> request.method >> request.target;
  }
}

int listen_at(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
      && ::listen(fd, 128) == 0)
    return fd;
  ::close(fd);
  return -1;
}

int connect_to(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fd;
  ::close(fd);
  return -1;
}

bool send_all(int fd, std::string_view bytes, std::size_t step) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), std::min(bytes.size(), step), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace volumeviz::support
