#include "identity/credentials.hpp"

#include "identity/key_kind.hpp"
#include "identity/names.hpp"
#include "identity/pem.hpp"
#include "identity/tls_context.hpp"
#include "identity/trust.hpp"

#include <algorithm>
#include <openssl/x509.h>
#include <optional>

namespace volumeviz::identity {

namespace {

using file = file_complaint::file;

/// Reads the three files and collects complaints about them.
class loading {
public:
  loading(const key_files& from, side own)
      : own_(own), chain_(read(from.certificate, file::certificate, read_certificates)),
        key_(read(from.key, file::key, read_key)),
        roots_(read(from.ca, file::ca, read_certificates)) {
    check_roots();
    check_key();
    check_chain();
  }

  std::vector<file_complaint>& complaints() { return complaints_; }
  certificates take_chain() { return std::move(*chain_); }
  key_ptr take_key() { return std::move(*key_); }
  certificates take_roots() { return std::move(*roots_); }
  timestamp ends() const { return ends_; }

private:
  template <class Reader>
  auto read(const std::string& path, file which, Reader parse)
      -> std::optional<typename decltype(parse(path))::value_type> {
    auto text = read_file(path);
    if (!text) {
      complain(which, text.error());
      return {};
    }
    auto parsed = parse(*text);
    if (!parsed) {
      complain(which, parsed.error());
      return {};
    }
    return std::move(*parsed);
  }

  void check_roots() {
    if (!roots_)
      return;
    const auto all_are_cas = std::ranges::all_of(*roots_, [](const auto& x) { return is_ca(*x); });
    if (all_are_cas)
      return;
    complain(file::ca, "it contains a certificate that is not a CA's (basicConstraints CA:TRUE): "
                       "is it a member's file instead of the CA's?");
    roots_.reset();
  }

  void check_key() {
    if (!key_)
      return;
    if (!can_sign(**key_))
      complain(file::key, "the key is neither RSA nor EC nor Ed25519");
    const error_scope errors;
    if (chain_ && X509_check_private_key(chain_->front().get(), key_->get()) != 1)
      complain(file::key, "the key does not belong to the certificate, which must be the first one "
                          "in its file");
  }

  void check_chain() {
    if (!chain_ || !roots_)
      return;
    const auto checked = trust{*roots_}.check(*chain_, own_);
    if (checked)
      ends_ = *checked;
    else if (checked.error().depth == 0)
      complain(file::certificate, checked.error().text);
    else
      complain(file::ca, "our certificate is not accepted: " + checked.error().text);
  }

  void complain(file which, std::string text) { complaints_.push_back({which, std::move(text)}); }

  side own_;
  std::vector<file_complaint> complaints_;
  std::optional<certificates> chain_;
  std::optional<key_ptr> key_;
  std::optional<certificates> roots_;
  timestamp ends_ = never;
};

} // namespace

struct credentials::implementation {
  implementation(loading&& done, side own_side)
      : own(own_side), chain(done.take_chain()), key(done.take_key()), trusted(done.take_roots()),
        names(names_of(*chain.front())), ends(done.ends()),
        context(make_context(chain, *key, own, trusted)) {}
  side own;
  certificates chain;
  key_ptr key;
  trust trusted;
  certificate_names names;
  timestamp ends;
  ssl_context_ptr context;
};

credentials::credentials(std::unique_ptr<const implementation> impl) : impl_(std::move(impl)) {
}
credentials::~credentials() = default;

tl::expected<std::shared_ptr<const credentials>, std::vector<file_complaint>>
credentials::load(const key_files& from, side own) {
  loading files{from, own};
  if (!files.complaints().empty())
    return tl::unexpected{std::move(files.complaints())};
  auto all = std::make_unique<const implementation>(std::move(files), own);
  if (!all->context)
    return tl::unexpected{std::vector{file_complaint{
        file::key,
        "OpenSSL can't use the key with the certificate for TLS 1.3: is the key damaged?"}}};
  return std::shared_ptr<const credentials>{new credentials{std::move(all)}};
}

side credentials::own_side() const noexcept {
  return impl_->own;
}

SSL_CTX* credentials::context() const noexcept {
  return impl_->context.get();
}

timestamp credentials::expires_at() const noexcept {
  return impl_->ends;
}

std::vector<std::string> credentials::names() const {
  return impl_->names.all();
}

bool credentials::is_for(const std::string& name) const {
  return std::ranges::count(impl_->names.all(), name) > 0;
}

} // namespace volumeviz::identity
