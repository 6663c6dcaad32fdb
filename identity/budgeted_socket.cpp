#include "identity/budgeted_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>

namespace volumeviz::identity {

namespace {

constexpr std::size_t turn_cost = 16 * 1024;
constexpr std::size_t least_cost = 512;

using method_ptr = std::unique_ptr<BIO_METHOD, freed_by<BIO_meth_free>>;

bool is_for_later(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

budgeted_socket& owner_of(BIO* bio) {
  return *static_cast<budgeted_socket*>(BIO_get_data(bio));
}

} // namespace

const BIO_METHOD* budgeted_socket::method() {
  static const method_ptr made = [] {
    method_ptr x{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket with a budget")};
    if (x) {
      BIO_meth_set_read(x.get(), &budgeted_socket::read);
      BIO_meth_set_write(x.get(), &budgeted_socket::write);
      BIO_meth_set_ctrl(x.get(), &budgeted_socket::control);
    }
    return x;
  }();
  return made.get();
}

bio_ptr budgeted_socket::make_bio() {
  if (method() == nullptr)
    return nullptr;
  bio_ptr bio{BIO_new(method())};
  if (bio) {
    BIO_set_data(bio.get(), this);
    BIO_set_init(bio.get(), 1);
  }
  turn_ends_at_ = cost_ + turn_cost;
  return bio;
}

int budgeted_socket::read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  if (into == nullptr || size <= 0)
    return 0;
  return owner_of(bio).receive(bio, into, size);
}

int budgeted_socket::receive(BIO* bio, char* into, int size) {
  if (cost_ >= turn_ends_at_) {
    turn_ends_at_ = cost_ + turn_cost;
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto got = ::recv(fd_, into, static_cast<std::size_t>(size), 0);
  if (got > 0) {
    cost_ += std::max(static_cast<std::size_t>(got), least_cost);
    return static_cast<int>(got);
  }
  ended_ = got == 0;
  if (got < 0 && is_for_later(errno)) {
    turn_ends_at_ = cost_ + turn_cost;
    BIO_set_retry_read(bio);
  }
  return static_cast<int>(got);
}

int budgeted_socket::write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  if (from == nullptr || size <= 0)
    return 0;
  const auto sent = ::send(owner_of(bio).fd_, from, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && is_for_later(errno))
    BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long budgeted_socket::control(BIO* bio, int what, long, void*) {
  switch (what) {
  case BIO_CTRL_FLUSH:
    return 1;
  case BIO_CTRL_EOF:
    return owner_of(bio).ended_ ? 1 : 0;
  default:
    return 0;
  }
}

} // namespace volumeviz::identity
