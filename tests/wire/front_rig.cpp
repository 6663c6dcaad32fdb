#include "tests/wire/front_rig.hpp"

#include "tests/support/eventually.hpp"
#include "tests/wire/rows.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <cerrno>
#include <future>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace volumeviz::wire::testing {

using namespace std::chrono_literals;

front_reports report_book::reports() {
  return {.violated =
              [this](violation why, const std::string& who, const std::string& what) {
                write(std::string{"violation "}
                      + link_violation_names[static_cast<std::size_t>(why)] + " | " + who + " | "
                      + what);
              },
          .refused =
              [this](refusal why, const std::string& who, const std::string& what) {
                write(std::string{"refusal "} + link_refusal_names[static_cast<std::size_t>(why)]
                      + " | " + who + " | " + what);
              }};
}

void report_book::write(const std::string& line) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(line);
}

std::vector<std::string> report_book::all() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool report_book::has(std::size_t count) const {
  return support::eventually([&] { return all().size() >= count; }) && all().size() == count;
}

test_end::test_end(int fd) : fd_(fd) {
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

test_end::~test_end() {
  if (fd_ >= 0)
    ::close(fd_);
}

test_end::test_end(test_end&& from) noexcept : fd_(std::exchange(from.fd_, -1)) {
}

test_end test_end::to(std::uint16_t port) {
  test_end end{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(end.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error{"connecting to the front failed"};
  return end;
}

bool test_end::send(bytes what) const {
  return ::send(fd_, what.data(), what.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(what.size());
}

byte_vector test_end::read(std::size_t count) const {
  byte_vector all(count);
  std::size_t got = 0;
  while (got < count) {
    const auto n = ::recv(fd_, all.data() + got, count - got, 0);
    if (n <= 0)
      break;
    got += static_cast<std::size_t>(n);
  }
  all.resize(got);
  return all;
}

bool test_end::ends() const {
  char byte = 0;
  for (;;) {
    const auto n = ::recv(fd_, &byte, 1, 0);
    if (n > 0)
      continue;
    return n == 0 || errno == ECONNRESET;
  }
}

std::shared_ptr<const identity::credentials>
load_or_throw(const support::issued_files& files, const std::string& ca, identity::side own) {
  auto loaded = identity::credentials::load(
      {.certificate = files.certificate, .key = files.key, .ca = ca}, own);
  if (!loaded)
    throw std::runtime_error{loaded.error().front().text};
  return *loaded;
}

front_rig::front_rig(const std::function<void(hub_front_parts&)>& change) {
  hub_front_parts parts;
  parts.host = "127.0.0.1";
  parts.gate = 20;
  parts.members = members;
  parts.reports = book.reports();
  parts.accepted = [this](local_socket socket) {
    const std::lock_guard lock(mutex_);
    sockets_.push_back(std::move(socket));
  };
  if (change)
    change(parts);
  auto opened = hub_front::open(std::move(parts));
  REQUIRE(opened);
  front_ = std::move(*opened);
}

std::function<void(hub_front_parts&)> front_rig::with_tls(const support::authority& ca) {
  return [own = load_or_throw(ca.issue(support::hub_wish("IP:127.0.0.1,DNS:localhost")), ca.ca(),
                              identity::side::hub)](hub_front_parts& parts) {
    parts.credentials = [own] { return own; };
  };
}

std::size_t front_rig::accepted_count() const {
  const std::lock_guard lock(mutex_);
  return sockets_.size();
}

test_end front_rig::accepted() {
  REQUIRE(support::eventually([&] { return accepted_count() > given_; }));
  const std::lock_guard lock(mutex_);
  return test_end{sockets_[given_++].release()};
}

dialer_rig::dialer_rig(credentials_source credentials, revocation_check revoked)
    : dialer_(std::make_unique<dialer>(dialer_parts{.credentials = std::move(credentials),
                                                    .revoked = std::move(revoked),
                                                    .reports = book.reports()})) {
}

dialer::outcome dialer_rig::dial(std::uint16_t port, const std::string& host) {
  const auto done = std::make_shared<std::promise<dialer::outcome>>();
  auto outcome = done->get_future();
  dialer_->dial(host, port, [done](dialer::outcome x) { done->set_value(std::move(x)); });
  if (outcome.wait_for(10s) != std::future_status::ready)
    throw std::runtime_error{"the dialer has not come to an end"};
  return outcome.get();
}

credentials_source agent_of(const support::authority& ca) {
  return [own = load_or_throw(ca.issue(support::agent_wish("web-1")), ca.ca(),
                              identity::side::agent)] { return own; };
}

byte_vector introduction() {
  return client_handshake(node_number(1)).bytes_on_the_wire();
}

test_end converse(front_rig& hub, const test_end& agent) {
  REQUIRE(agent.send(introduction()));
  auto hubs = hub.accepted();
  CHECK(hubs.read(introduction().size()) == introduction());
  const auto welcome = server_handshake(node_number(3), 20).bytes_on_the_wire();
  REQUIRE(hubs.send(welcome));
  CHECK(agent.read(welcome.size()) == welcome);
  const auto asked = request(900, 20, shared_caf().message(full_hello())).bytes_on_the_wire();
  REQUIRE(agent.send(asked));
  CHECK(hubs.read(asked.size()) == asked);
  const auto answer = response(21, 900, shared_caf().message(true)).bytes_on_the_wire();
  REQUIRE(hubs.send(answer));
  CHECK(agent.read(answer.size()) == answer);
  CHECK(hub.book.all().empty());
  return hubs;
}

} // namespace volumeviz::wire::testing
