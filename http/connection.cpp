#include "http/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace volumeviz::http {

connection::~connection() {
  if (socket_ >= 0)
    ::close(socket_);
}

void connection::send_now(std::string_view text) const noexcept {
  [[maybe_unused]] auto sent =
      ::send(socket_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void connection::end_output() const noexcept {
  ::shutdown(socket_, SHUT_WR);
}

} // namespace volumeviz::http
