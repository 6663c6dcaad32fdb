#include "identity/tls_context.hpp"

#include "identity/names.hpp"
#include "identity/pem.hpp"

#include <string>

namespace volumeviz::identity {

namespace {

constexpr long chain_size_max = static_cast<long>(pem_size_max);

certificates chain_of(X509_STORE_CTX* context) {
  certificates chain;
  const auto keep = [&chain](X509* x) {
    if (x != nullptr && X509_up_ref(x) == 1)
      chain.emplace_back(x);
  };
  keep(X509_STORE_CTX_get0_cert(context));
  const auto* others = X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < sk_X509_num(others); ++i)
    if (auto* each = sk_X509_value(others, i); each != X509_STORE_CTX_get0_cert(context))
      keep(each);
  return chain;
}

/// Replaces OpenSSL's own check, so that a peer's certificate is checked by the same rules, and
/// with the same texts, as our own files.
template <side Peer>
int check_peer(X509_STORE_CTX* context, void* peers) {
  auto* session =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto chain = chain_of(context);
  if (chain.empty() || chain.size() > certificates_max)
    return 0;
  const auto checked = static_cast<const trust*>(peers)->check(chain, Peer);
  if (checked)
    return 1;
  X509_STORE_CTX_set_error(context, checked.error().code);
  if (auto* why = static_cast<std::string*>(SSL_get_app_data(session)))
    *why = "of its certificate, for " + printable(names_of(*chain.front())) + ": "
           + checked.error().text;
  return 0;
}

bool use(SSL_CTX* context, const certificates& chain, EVP_PKEY& key) {
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1
      || SSL_CTX_use_PrivateKey(context, &key) != 1)
    return false;
  for (auto each = chain.begin() + 1; each < chain.end(); ++each)
    if (SSL_CTX_add1_chain_cert(context, each->get()) != 1)
      return false;
  return true;
}

} // namespace

ssl_context_ptr make_context(const certificates& chain, EVP_PKEY& key, side own,
                             const trust& peers) {
  const error_scope errors;
  ssl_context_ptr context{
      SSL_CTX_new(own == side::hub ? TLS_server_method() : TLS_client_method())};
  if (!context || !use(context.get(), chain, key))
    return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  // A thousand silent connections must not keep buffers.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                                      | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Off, unlike OpenSSL's default: a read would continue in one call for as long as the peer sends
  // handshake messages.
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_max_cert_list(context.get(), chain_size_max);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(
      context.get(), own == side::hub ? &check_peer<side::agent> : &check_peer<side::hub>,
      const_cast<trust*>(&peers));
  return context;
}

} // namespace volumeviz::identity
