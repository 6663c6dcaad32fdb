#include "identity/tls_session.hpp"

#include "identity/budgeted_socket.hpp"
#include "identity/names.hpp"
#include "identity/tls_context.hpp"

#include <array>
#include <cerrno>
#include <openssl/ssl.h>
#include <system_error>
#include <utility>

namespace volumeviz::identity {

namespace {

// A chain has at most 64 KiB, and honest peers send records of at least some hundred bytes.
constexpr std::size_t handshake_cost_max = 256 * 1024;

// Key changes. Our program never requests them, and no program needs so many.
constexpr int messages_max = 64;

/// The text of OpenSSL's last error; empty when there is none.
std::string last_error() {
  const auto code = ERR_peek_last_error();
  if (code == 0)
    return {};
  const auto* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "OpenSSL error " + std::to_string(code);
}

std::string fingerprint_of(const X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1)
    return {};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 15];
  }
  return text;
}

} // namespace

struct tls_session::openssl {
  explicit openssl(int fd) : socket(fd) {}

  budgeted_socket socket;
  std::string refusal; ///< why the peer's certificate was refused
  int messages = 0;    ///< handshake messages of the peer after the handshake
  bool handshake_done = false;
  ssl_ptr ssl;

  /// OpenSSL calls this for each message that it has sent or received.
  static void on_message(int sent, int /*version*/, int kind, const void* /*bytes*/,
                         std::size_t /*size*/, SSL* /*of*/, void* own) {
    auto& self = *static_cast<openssl*>(own);
    if (sent == 0 && kind == SSL3_RT_HANDSHAKE && self.handshake_done)
      ++self.messages;
  }

  certificate_ptr peer() const { return certificate_ptr{SSL_get1_peer_certificate(ssl.get())}; }
};

tls_session::tls_session(std::shared_ptr<const credentials> own, int socket)
    : own_(std::move(own)), tls_(std::make_unique<openssl>(socket)) {
  const error_scope errors;
  tls_->ssl.reset(SSL_new(own_->context()));
  auto bio = tls_->socket.make_bio();
  if (!tls_->ssl || !bio)
    throw std::bad_alloc{};
  SSL_set_app_data(tls_->ssl.get(), &tls_->refusal);
  SSL_set_msg_callback(tls_->ssl.get(), &openssl::on_message);
  SSL_set_msg_callback_arg(tls_->ssl.get(), tls_.get());
  auto* both_ways = bio.release(); // the SSL object owns it from here on
  SSL_set_bio(tls_->ssl.get(), both_ways, both_ways);
  if (own_->own_side() == side::hub)
    SSL_set_accept_state(tls_->ssl.get());
  else
    SSL_set_connect_state(tls_->ssl.get());
}

tls_session::~tls_session() = default;

tls_session::step tls_session::handshake() {
  const error_scope errors;
  const auto done = after(SSL_do_handshake(tls_->ssl.get()));
  if (done == step::done)
    tls_->handshake_done = true;
  else if (done != step::ended && tls_->socket.cost() > handshake_cost_max)
    return end("the handshake is too long, or its records are too small");
  return done;
}

tls_session::step tls_session::read(std::span<std::byte> into, std::size_t& count) {
  const error_scope errors;
  count = 0;
  const auto done = after(SSL_read_ex(tls_->ssl.get(), into.data(), into.size(), &count));
  if (tls_->messages > messages_max && done != step::ended) {
    count = 0;
    return end("the peer changes its keys all the time");
  }
  return done;
}

tls_session::step tls_session::write(std::span<const std::byte> from, std::size_t& count) {
  const error_scope errors;
  count = 0;
  return after(SSL_write_ex(tls_->ssl.get(), from.data(), from.size(), &count));
}

tls_session::step tls_session::after(int result) {
  if (result == 1)
    return step::done;
  const auto system = errno;
  switch (SSL_get_error(tls_->ssl.get(), result)) {
  case SSL_ERROR_WANT_READ:
    return step::want_read;
  case SSL_ERROR_WANT_WRITE:
    return step::want_write;
  case SSL_ERROR_ZERO_RETURN:
    return step::ended;
  case SSL_ERROR_SYSCALL:
    why_ = system != 0 ? std::system_category().message(system) : "the connection was closed";
    return step::ended;
  default:
    why_ = !tls_->refusal.empty() ? tls_->refusal : last_error();
    return step::ended;
  }
}

tls_session::step tls_session::end(std::string why) {
  why_ = std::move(why);
  return step::ended;
}

std::size_t tls_session::cost() const noexcept {
  return tls_->socket.cost();
}

bool tls_session::has_more() const {
  return SSL_has_pending(tls_->ssl.get()) == 1;
}

peer_certificate tls_session::peer() const {
  const auto certificate = tls_->peer();
  if (!certificate)
    return {};
  return {.names = names_of(*certificate).all(), .fingerprint = fingerprint_of(*certificate)};
}

std::string tls_session::mismatch(const std::string& name) const {
  const auto certificate = tls_->peer();
  const auto names = certificate ? names_of(*certificate) : certificate_names{};
  if (names.contain(name))
    return {};
  return "its certificate is for " + printable(names) + ", not for " + printable(name)
         + ": make a certificate for this name, or correct the name";
}

} // namespace volumeviz::identity
