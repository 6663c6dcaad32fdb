#include "tests/http/raw_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

using steady = std::chrono::steady_clock;

raw_client::raw_client(std::uint16_t port, const char* host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host, std::to_string(port).c_str(), &hints, &found) != 0)
    throw std::runtime_error{"no such address"};
  socket_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int connected = ::connect(socket_, found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  if (connected != 0) {
    ::close(socket_);
    throw std::runtime_error{"not connected"};
  }
}

raw_client::raw_client(raw_client&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, input_{std::move(other.input_)},
      documented_{std::move(other.documented_)} {
}

raw_client::~raw_client() {
  if (socket_ >= 0)
    ::close(socket_);
}

bool raw_client::send(const std::string& text) {
  documented_.sent(text);
  const auto deadline = steady::now() + patience;
  for (std::size_t sent = 0; sent < text.size();) {
    const auto n =
        ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    pollfd waiting{socket_, POLLOUT, 0};
    if (errno != EAGAIN || steady::now() > deadline || ::poll(&waiting, 1, 1000) < 0)
      return false;
  }
  return true;
}

bool raw_client::more(steady::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady::now()).count();
  pollfd waiting{socket_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0)
    return false;
  char buffer[16384];
  const auto n = ::recv(socket_, buffer, sizeof buffer, 0);
  if (n > 0)
    input_.append(buffer, static_cast<std::size_t>(n));
  return n > 0;
}

std::optional<raw_answer_read> raw_client::read(bool head, std::chrono::milliseconds limit) {
  const auto deadline = steady::now() + limit;
  std::size_t end = 0;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos)
    if (!more(deadline))
      return {};
  raw_answer_read result;
  std::istringstream lines{input_.substr(0, end)};
  std::string line;
  std::getline(lines, line);
  result.status = std::stoi(line.substr(9, 3));
  while (std::getline(lines, line)) {
    const auto colon = line.find(": ");
    auto name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    auto value = line.substr(colon + 2);
    if (!value.empty() && value.back() == '\r')
      value.pop_back();
    result.headers[name] = value;
  }
  input_.erase(0, end + 4);
  const auto announced = result.headers.find("content-length");
  const auto length = head || announced == result.headers.end() ? 0 : std::stoul(announced->second);
  while (input_.size() < length)
    if (!more(deadline))
      return {};
  result.body = input_.substr(0, length);
  input_.erase(0, length);
  documented_.answered(result);
  return result;
}

bool raw_client::ends(std::chrono::milliseconds limit) {
  const auto deadline = steady::now() + limit;
  while (more(deadline))
    input_.clear();
  return steady::now() < deadline;
}

std::optional<std::string> raw_client::read_until(const std::string& mark,
                                                  std::chrono::milliseconds limit) {
  const auto deadline = steady::now() + limit;
  std::size_t at = 0;
  while ((at = input_.find(mark)) == std::string::npos)
    if (!more(deadline))
      return {};
  auto text = input_.substr(0, at + mark.size());
  input_.erase(0, at + mark.size());
  return text;
}

void raw_client::end_output() {
  ::shutdown(socket_, SHUT_WR);
}

std::optional<raw_answer_read> ask(std::uint16_t port, const std::string& method,
                                   const std::string& target, const std::string& headers) {
  raw_client client{port};
  client.send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
  return client.read(method == "HEAD");
}
