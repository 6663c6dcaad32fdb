#include "bench/floor/plain_client.hpp"

#include "tests/support/wire.hpp"
#include "text/ascii.hpp"

#include <algorithm>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace volumeviz::bench {

namespace {

constexpr std::size_t buffer_size = std::size_t{256} << 10;

} // namespace

plain_client::plain_client(const std::string& socket_path)
    : descriptor_{support::connect_to(socket_path)}, buffer_(buffer_size) {
  if (descriptor_ < 0)
    throw std::runtime_error{"can't connect to " + socket_path};
}

plain_client::~plain_client() {
  ::close(descriptor_);
}

void plain_client::cut() noexcept {
  cut_ = true;
  ::shutdown(descriptor_, SHUT_RDWR);
}

bool plain_client::fill() {
  const auto got = ::recv(descriptor_, buffer_.data(), buffer_.size(), 0);
  begin_ = 0;
  end_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  return end_ > 0;
}

char plain_client::next() {
  if (begin_ == end_ && !fill())
    throw std::runtime_error{"the daemon closed the connection"};
  return buffer_[begin_++];
}

std::string plain_client::line() {
  std::string result;
  for (char c = next(); c != '\n'; c = next())
    if (c != '\r')
      result += c;
  return result;
}

void plain_client::open(const std::string& path) {
  if (!support::send_all(descriptor_, "GET " + path + " HTTP/1.1\r\nHost: docker\r\n\r\n"))
    throw std::runtime_error{"the daemon closed the connection"};
  const auto status = line();
  left_ = 0;
  chunked_ = false;
  for (auto header = text::lower(line()); !header.empty(); header = text::lower(line())) {
    if (const std::string_view length = "content-length: "; header.starts_with(length))
      left_ = std::stoul(header.substr(length.size()));
    else if (header == "transfer-encoding: chunked")
      chunked_ = true;
  }
  if (status.find(" 200 ") == std::string::npos)
    throw std::runtime_error{"GET " + path + ": " + status};
}

bool plain_client::next_chunk() {
  auto size = line();
  if (size.empty()) // the end of the chunk before
    size = line();
  left_ = std::stoul(size, nullptr, 16);
  if (left_ > 0)
    return true;
  line();
  chunked_ = false;
  return false;
}

std::string_view plain_client::read() try {
  if (left_ == 0 && !(chunked_ && next_chunk()))
    return {};
  if (begin_ == end_ && !fill())
    throw std::runtime_error{"the daemon closed the connection within an answer"};
  const auto size = std::min(left_, end_ - begin_);
  const std::string_view part{buffer_.data() + begin_, size};
  begin_ += size;
  left_ -= size;
  return part;
} catch (const std::runtime_error&) {
  if (!cut_)
    throw;
  return {};
}

std::string plain_client::get(const std::string& path) {
  open(path);
  std::string body;
  for (auto part = read(); !part.empty(); part = read())
    body += part;
  return body;
}

std::size_t plain_client::drain(const std::string& path) {
  open(path);
  std::size_t size = 0;
  for (auto part = read(); !part.empty(); part = read())
    size += part.size();
  return size;
}

} // namespace volumeviz::bench
