// Peers that send so much, or in so small parts, that a loop which reads until nothing is left
// would serve no other connection.
#include "identity/tls_session.hpp"
#include "tests/support/eventually.hpp"
#include "tests/wire/front_rig.hpp"
#include "tests/wire/tcp_pair.hpp"
#include "wire/peer_socket.hpp"

#include <doctest/doctest.h>

#include <array>
#include <openssl/ssl.h>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;
using identity::tls_session;
using step = identity::tls_session::step;
using support::eventually;

namespace {

/// A member that uses OpenSSL's rare functions. Blocks.
class raw_member {
public:
  raw_member(const support::issued_files& own, int fd)
      : context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free), ssl_(nullptr, &SSL_free) {
    REQUIRE(SSL_CTX_use_certificate_chain_file(context_.get(), own.certificate.c_str()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey_file(context_.get(), own.key.c_str(), SSL_FILETYPE_PEM) == 1);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd);
  }
  bool shake_hands() { return SSL_connect(ssl_.get()) == 1; }
  bool change_keys() {
    return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1
           && SSL_do_handshake(ssl_.get()) == 1;
  }
  /// Sends it in its own record.
  bool send_byte() {
    const char byte = 'x';
    return SSL_write(ssl_.get(), &byte, 1) == 1;
  }

private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

/// A hub's end of a connection, and a member at the other end. The member does `what` after the
/// handshake, before the hub reads anything.
struct secured {
  support::authority ca;
  tcp_pair line;
  std::unique_ptr<peer_socket> hub;

  explicit secured(const std::function<void(raw_member&)>& what) {
    const auto own =
        load_or_throw(ca.issue(support::hub_wish("IP:127.0.0.1")), ca.ca(), identity::side::hub);
    raw_member member{ca.issue(support::agent_wish("web-1")), line.far.native_handle()};
    hub = std::make_unique<peer_socket>(std::move(line.near));
    std::thread other{[&] {
      if (member.shake_hands())
        what(member);
    }};
    std::string why = "the handshake has not ended";
    asio::co_spawn(
        line.context, [&]() -> asio::awaitable<void> { why = co_await hub->secure(own); },
        asio::detached);
    line.context.run_for(10s);
    if (!why.empty())
      hub->close();
    other.join();
    line.context.restart();
    REQUIRE(why == "");
  }
};

/// The beginning of a hello of 100,000 bytes, each byte in its own record.
byte_vector long_hello(std::size_t records) {
  constexpr std::array<unsigned char, 4> header{1, 0x01, 0x86, 0xA0};
  byte_vector all;
  for (std::size_t i = 0; i < records; ++i)
    for (const auto x : {0x16, 0x03, 0x01, 0x00, 0x01, i < 4 ? int{header[i]} : 0})
      all.push_back(static_cast<std::byte>(x));
  return all;
}

/// How often other work of the loop gets its turn while `count` bytes that are already there are
/// read.
int turns_while_reading(asio::io_context& loop, peer_socket& from, std::size_t count,
                        std::size_t chunk) {
  std::size_t read = 0;
  int turns = 0;
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        std::vector<std::byte> into(chunk);
        while (read < count) {
          const auto got = co_await from.read(into);
          if (got == 0)
            break;
          read += got;
        }
      },
      asio::detached);
  std::function<void()> other = [&] {
    ++turns;
    if (read < count)
      asio::post(loop, other);
  };
  asio::post(loop, other);
  loop.run_for(10s);
  CHECK(read == count);
  return turns;
}

} // namespace

TEST_CASE("without TLS, other connections get their turn after each read") {
  tcp_pair line;
  const byte_vector much(32 * 1024);
  asio::write(line.far, asio::buffer(much));
  REQUIRE(eventually([&] { return line.near.available() >= much.size(); }));
  peer_socket hub{std::move(line.near)};
  CHECK(turns_while_reading(line.context, hub, much.size(), 256) >= 100);
  CHECK(hub.take_cost() >= 128 * 512);
}

TEST_CASE("a member that sends records of one byte without a pause does not delay others") {
  constexpr std::size_t records = 2'000, record_size = 23;
  secured with{[](raw_member& member) {
    for (std::size_t i = 0; i < records; ++i)
      member.send_byte();
  }};
  REQUIRE(eventually([&] { return with.hub->socket().available() >= records * record_size; }));
  with.hub->take_cost();
  CHECK(turns_while_reading(with.line.context, *with.hub, records, 4096) > 50);
  // A byte in its own record costs like a thousand bytes.
  CHECK(with.hub->take_cost() >= records * 1'000);
  CHECK(with.hub->take_cost() == 0);
}

TEST_CASE(
    "a member that changes its keys all the time is ended, one that does so at times is not") {
  for (const auto& [changes, ends] : {std::pair{60, false}, std::pair{200, true}}) {
    secured with{[count = changes](raw_member& member) {
      for (int i = 0; i < count; ++i)
        member.change_keys();
      member.send_byte();
    }};
    const auto size = static_cast<std::size_t>(changes) * 27 + 23;
    REQUIRE(eventually([&] { return with.hub->socket().available() >= size; }));
    std::size_t count = 0;
    asio::co_spawn(
        with.line.context,
        [&]() -> asio::awaitable<void> {
          std::array<std::byte, 16> into{};
          count = co_await with.hub->read(into);
        },
        asio::detached);
    with.line.context.run_for(10s);
    CHECK(count == (ends ? 0 : 1));
    CHECK(with.hub->why() == (ends ? "the peer changes its keys all the time" : ""));
  }
}

TEST_CASE("a member that reads a little now and then is ended when a write takes too long") {
  tcp_pair line;
  line.near.set_option(asio::socket_base::send_buffer_size{64 * 1024});
  line.far.set_option(asio::socket_base::receive_buffer_size{64 * 1024});
  peer_socket hub{std::move(line.near), 300ms};
  const byte_vector much(16 * 1024 * 1024);
  bool written = true;
  asio::co_spawn(
      line.context, [&]() -> asio::awaitable<void> { written = co_await hub.write(much); },
      asio::detached);
  // Writing all would take at least five seconds.
  asio::co_spawn(
      line.context,
      [&]() -> asio::awaitable<void> {
        std::vector<std::byte> some(16 * 1024);
        asio::steady_timer pause{line.context};
        for (std::size_t count = 1; count > 0;) {
          pause.expires_after(5ms);
          co_await pause.async_wait(as_values);
          const auto [failed, got] =
              co_await line.far.async_read_some(asio::buffer(some), as_values);
          count = failed ? 0 : got;
          if (!hub.socket().is_open())
            co_return;
        }
      },
      asio::detached);
  line.context.run_for(30s);
  CHECK_FALSE(written);
  CHECK(hub.why().find("does not read") != std::string::npos);
}

TEST_CASE("a handshake in records of one byte does not delay others, and is ended") {
  const support::authority ca;
  const auto own =
      load_or_throw(ca.issue(support::hub_wish("IP:127.0.0.1")), ca.ca(), identity::side::hub);
  tcp_pair line;
  const auto hello = long_hello(5'000);
  asio::write(line.far, asio::buffer(hello));
  REQUIRE(eventually([&] { return line.near.available() >= hello.size(); }));
  tls_session hub{own, line.near.native_handle()};
  CHECK(hub.handshake() == step::want_read);
  CHECK(line.near.available() > hello.size() - 1'000);
  int turns = 1;
  auto last = step::want_read;
  for (; turns < 1'000 && last == step::want_read; ++turns)
    last = hub.handshake();
  CHECK(last == step::ended);
  CHECK(turns > 10);
  CHECK(hub.why().find("handshake is too long") != std::string::npos);
  CHECK(line.near.available() > hello.size() / 2);
}

TEST_CASE("a peer whose handshake is in records of one byte is refused") {
  const support::authority ca;
  front_rig hub{front_rig::with_tls(ca)};
  const auto stranger = test_end::to(hub.port());
  stranger.send(long_hello(5'000));
  CHECK(stranger.ends());
  REQUIRE(hub.book.has(1));
  const auto line = hub.book.all().front();
  CHECK_MESSAGE(
      line.starts_with(
          "refusal tls | 127.0.0.1 | the TLS handshake failed: the handshake is too long"),
      line);
}
