#include "http/response_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace volumeviz::http {

using namespace std::chrono_literals;

response_stream::response_stream(int socket, std::string head, std::chrono::milliseconds stall,
                                 std::chrono::milliseconds whole, const std::atomic<bool>& stopping)
    : socket_{socket}, head_{std::move(head)}, stall_{stall}, whole_{whole}, stopping_{stopping} {
}

bool response_stream::is_readable() const {
  return read_ < head_.size();
}

bool response_stream::is_writable() const {
  return good_;
}

ssize_t response_stream::read(char* to, size_t size) {
  const auto count = std::min(size, head_.size() - read_);
  std::memcpy(to, head_.data() + read_, count);
  read_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t response_stream::write(const char* from, size_t size) {
  auto since = steady::now();
  if (begin_ == steady::time_point{})
    begin_ = since; // not before: making the answer took time, too
  for (size_t sent = 0; good_ && sent < size;) {
    const auto n = ::send(socket_, from + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<size_t>(n);
      since = steady::now();
      // Also after progress: a peer that reads a byte a second must not take forever.
      good_ = sent == size || steady::now() - begin_ < whole_;
    } else {
      good_ = n < 0
              && (errno == EINTR
                  || ((errno == EAGAIN || errno == EWOULDBLOCK) && wait_writable(since)));
    }
  }
  return good_ ? static_cast<ssize_t>(size) : -1;
}

bool response_stream::wait_writable(steady::time_point since) const {
  for (;;) {
    const auto now = steady::now();
    const auto stall = stopping_ ? std::min<std::chrono::milliseconds>(stall_, 1s) : stall_;
    const auto whole = stopping_ ? std::min<std::chrono::milliseconds>(whole_, 1s) : whole_;
    if (now - since >= stall || now - begin_ >= whole)
      return false;
    pollfd waiting{socket_, POLLOUT, 0};
    const int ready = ::poll(&waiting, 1, 100);
    if (ready > 0)
      return (waiting.revents & POLLOUT) != 0;
    if (ready < 0 && errno != EINTR)
      return false;
  }
}

// No path uses these two.
void response_stream::get_remote_ip_and_port(std::string&, int&) const {
}
void response_stream::get_local_ip_and_port(std::string&, int&) const {
}

socket_t response_stream::socket() const {
  return socket_;
}

} // namespace volumeviz::http
