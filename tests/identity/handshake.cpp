#include "tests/identity/handshake.hpp"

#include "identity/openssl.hpp"
#include "identity/pem.hpp"

#include <array>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace volumeviz::identity::testing {

namespace {

using step = tls_session::step;
using context_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;

class honest_party : public party {
public:
  honest_party(const member& own, int fd) : session_(own, fd) {}
  step handshake() override { return session_.handshake(); }
  step read() override {
    std::array<std::byte, 256> into{};
    std::size_t count = 0;
    return session_.read(into, count);
  }
  std::string why() const override { return session_.why(); }
  tls_session& session() { return session_; }

private:
  tls_session session_;
};

/// A side that sends the given certificate and accepts every peer.
class stranger : public party {
public:
  stranger(side own, const support::issued_files& shown, const std::string& behind, int fd)
      : context_(SSL_CTX_new(own == side::hub ? TLS_server_method() : TLS_client_method())) {
    const error_scope errors;
    const auto chain = read_certificates(support::file_text(shown.certificate) + behind);
    const auto key = read_key(support::file_text(shown.key));
    REQUIRE(chain);
    REQUIRE(key);
    REQUIRE(SSL_CTX_use_certificate(context_.get(), chain->front().get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), key->get()) == 1);
    for (auto each = chain->begin() + 1; each < chain->end(); ++each)
      REQUIRE(SSL_CTX_add1_chain_cert(context_.get(), each->get()) == 1);
    if (own == side::hub)
      SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), fd);
    own == side::hub ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
  }
  step handshake() override { return after(SSL_do_handshake(ssl_.get())); }
  step read() override {
    std::array<char, 256> into{};
    std::size_t count = 0;
    return after(SSL_read_ex(ssl_.get(), into.data(), into.size(), &count));
  }
  std::string why() const override { return why_; }

private:
  step after(int result) {
    const error_scope errors;
    if (result == 1)
      return step::done;
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return step::want_read;
    case SSL_ERROR_WANT_WRITE:
      return step::want_write;
    default:
      why_ = "the other side has refused it";
      return step::ended;
    }
  }

  context_ptr context_;
  ssl_ptr ssl_;
  std::string why_;
};

bool carry(int from, int to, const tampering& change) {
  std::string chunk(64 * 1024, '\0');
  const auto count = ::recv(from, chunk.data(), chunk.size(), 0);
  if (count <= 0)
    return false;
  chunk.resize(static_cast<std::size_t>(count));
  if (change)
    change(chunk);
  return ::send(to, chunk.data(), chunk.size(), MSG_NOSIGNAL) > 0;
}

std::pair<std::unique_ptr<test_socket>, std::unique_ptr<test_socket>> pair_of_sockets() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {std::make_unique<test_socket>(ends[0]), std::make_unique<test_socket>(ends[1])};
}

} // namespace

test_socket::~test_socket() {
  ::close(fd_);
}

encounter::encounter() {
  std::tie(agents_end_, agents_line_) = pair_of_sockets();
  std::tie(hubs_end_, hubs_line_) = pair_of_sockets();
}

encounter::~encounter() = default;

encounter::encounter(const member& agent, const member& hub, const tampering& change)
    : encounter() {
  auto agents = std::make_unique<honest_party>(agent, agents_end_->fd());
  auto hubs = std::make_unique<honest_party>(hub, hubs_end_->fd());
  agent_session_ = &agents->session();
  hub_session_ = &hubs->session();
  agent_ = std::move(agents);
  hub_ = std::move(hubs);
  shake(change);
}

std::unique_ptr<encounter> encounter::with_false_agent(const support::issued_files& shown,
                                                       const member& hub,
                                                       const std::string& behind) {
  std::unique_ptr<encounter> x{new encounter};
  auto hubs = std::make_unique<honest_party>(hub, x->hubs_end_->fd());
  x->hub_session_ = &hubs->session();
  x->agent_ = std::make_unique<stranger>(side::agent, shown, behind, x->agents_end_->fd());
  x->hub_ = std::move(hubs);
  x->shake(nullptr);
  return x;
}

std::unique_ptr<encounter> encounter::with_false_hub(const member& agent,
                                                     const support::issued_files& shown) {
  std::unique_ptr<encounter> x{new encounter};
  auto agents = std::make_unique<honest_party>(agent, x->agents_end_->fd());
  x->agent_session_ = &agents->session();
  x->agent_ = std::move(agents);
  x->hub_ = std::make_unique<stranger>(side::hub, shown, std::string{}, x->hubs_end_->fd());
  x->shake(nullptr);
  return x;
}

bool encounter::pump(const tampering& change) {
  const bool there = carry(agents_line_->fd(), hubs_line_->fd(), change);
  const bool back = carry(hubs_line_->fd(), agents_line_->fd(), change);
  return there || back;
}

void encounter::shake(const tampering& change) {
  auto agents = step::want_read, hubs = step::want_read;
  const auto goes_on = [](step x) { return x == step::want_read || x == step::want_write; };
  do {
    if (goes_on(agents))
      agents = agent_->handshake();
    if (goes_on(hubs))
      hubs = hub_->handshake();
  } while (pump(change));
  // With TLS 1.3 the agent finishes before the hub has checked its certificate.
  agents_reason_ = reason(*agent_, agents);
  hubs_reason_ = reason(*hub_, hubs);
}

std::string encounter::reason(party& of, step last) {
  if (last == step::done && of.read() != step::ended)
    return {};
  return of.why().empty() ? "the handshake was not completed" : of.why();
}

std::string doubt(const member& agent, const member& hub, const std::string& name) {
  const encounter met{agent, hub};
  REQUIRE_MESSAGE(met.both_believe(), met.agents_reason(), met.hubs_reason());
  return met.agent()->mismatch(name);
}

} // namespace volumeviz::identity::testing
