#include "identity/trust.hpp"

#include "identity/key_kind.hpp"
#include "identity/names.hpp"

#include <algorithm>
#include <ctime>
#include <limits>
#include <openssl/x509v3.h>

namespace volumeviz::identity {

namespace {

// At least 112 bits of security, as Debian's TLS requires: RSA of 2,048 bits and more, no SHA-1.
constexpr int auth_level = 2;
constexpr int depth_max = 4;

std::tm broken_down(const ASN1_TIME* time) {
  std::tm result{};
  ASN1_TIME_to_tm(time, &result);
  return result;
}

/// "2027-03-01 10:20:30 UTC"
std::string time_text(const ASN1_TIME* time) {
  const auto parts = broken_down(time);
  char text[64] = "";
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

/// When the certificate expires. "Never" is the year 9999 in certificates; a timestamp ends in
/// 2262.
timestamp end_of(const X509* certificate) {
  constexpr std::int64_t second = 1'000'000'000;
  auto parts = broken_down(X509_get0_notAfter(certificate));
  const auto seconds = std::int64_t{::timegm(&parts)};
  return std::min(seconds, std::numeric_limits<timestamp>::max() / second) * second;
}

std::string common_name_of(const X509* certificate) {
  char text[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof text);
  return printable(std::string{text});
}

/// The faulty certificate as the subject of a sentence.
std::string faulty(const X509* at, int depth) {
  if (depth == 0 || at == nullptr)
    return "it";
  return "the certificate of its CA " + common_name_of(at);
}

std::string purpose_text(side of) {
  return of == side::agent ? "it is not meant for an agent (its extendedKeyUsage lacks clientAuth)"
                           : "it is not meant for a hub (its extendedKeyUsage lacks serverAuth)";
}

/// Checks that OpenSSL leaves to its callers. Empty, or why the certificate is refused.
std::string unfit(X509& certificate) {
  // A member that can sign certificates could take any other name.
  if (is_ca(certificate))
    return "it is a CA certificate: use one that the CA has signed";
  if ((X509_get_key_usage(&certificate) & KU_DIGITAL_SIGNATURE) == 0)
    return "it is not meant for signatures (its keyUsage lacks digitalSignature)";
  const auto* key = X509_get0_pubkey(&certificate);
  if (key == nullptr || !can_sign(*key))
    return "its key is neither RSA nor EC nor Ed25519";
  return {};
}

chain_fault explain(X509_STORE_CTX* context, X509& own, side of) {
  const int code = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const auto* at = X509_STORE_CTX_get_current_cert(context);
  switch (code) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return {depth, faulty(at, depth) + " has expired on " + time_text(X509_get0_notAfter(at))};
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return {depth, faulty(at, depth) + " is not valid before " + time_text(X509_get0_notBefore(at))
                       + ": are the clocks right?"};
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return {0, std::string{"it is not signed by the CA ("} + X509_verify_cert_error_string(code)
                   + ')'};
  case X509_V_ERR_INVALID_PURPOSE:
    if (depth != 0)
      break;
    if (auto why = unfit(own); !why.empty())
      return {0, std::move(why)};
    return {0, purpose_text(of)};
  default:
    break;
  }
  return {depth, faulty(at, depth) + " is not accepted: " + X509_verify_cert_error_string(code)};
}

chain_fault with_code(chain_fault fault, X509_STORE_CTX* context) {
  fault.code = X509_STORE_CTX_get_error(context);
  return fault;
}

} // namespace

bool is_ca(X509& certificate) {
  return X509_check_ca(&certificate) != 0;
}

trust::trust(const certificates& roots) : store_{X509_STORE_new()} {
  const error_scope errors;
  for (const auto& each : roots)
    X509_STORE_add_cert(store_.get(), each.get());
}

tl::expected<timestamp, chain_fault> trust::check(const certificates& chain, side of) const {
  const error_scope errors;
  const store_context_ptr context{X509_STORE_CTX_new()};
  // Borrows what `chain` owns.
  struct free_stack {
    void operator()(STACK_OF(X509) * x) const noexcept { sk_X509_free(x); }
  };
  const std::unique_ptr<STACK_OF(X509), free_stack> others{sk_X509_new_null()};
  for (auto each = chain.begin() + 1; each < chain.end(); ++each)
    sk_X509_push(others.get(), each->get());
  auto& own = *chain.front();
  if (X509_STORE_CTX_init(context.get(), store_.get(), &own, others.get()) != 1)
    return tl::unexpected{chain_fault{0, "OpenSSL could not check it"}};
  X509_STORE_CTX_set_purpose(context.get(),
                             of == side::agent ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER);
  auto* how = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(how, auth_level);
  X509_VERIFY_PARAM_set_depth(how, depth_max);
  if (X509_verify_cert(context.get()) != 1)
    return tl::unexpected{with_code(explain(context.get(), own, of), context.get())};
  if (auto why = unfit(own); !why.empty())
    return tl::unexpected{chain_fault{0, std::move(why)}};
  auto ends = std::numeric_limits<timestamp>::max();
  const auto* way = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(way); ++i)
    ends = std::min(ends, end_of(sk_X509_value(way, i)));
  return ends;
}

} // namespace volumeviz::identity
