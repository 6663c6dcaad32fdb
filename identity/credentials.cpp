#include "identity/credentials.hpp"

#include "identity/names.hpp"
#include "identity/pem.hpp"
#include "identity/signature.hpp"
#include "identity/trust.hpp"

#include <algorithm>
#include <openssl/x509.h>
#include <optional>

namespace volumeviz::identity {

namespace {

using file = file_complaint::file;

/// Reads the three files, and collects what is wrong with them.
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
    const auto all_vouch =
        std::ranges::all_of(*roots_, [](const auto& x) { return vouches_for_others(*x); });
    if (all_vouch)
      return;
    complain(file::ca, "it holds a certificate that is not a CA's (basicConstraints CA:TRUE): is "
                       "it the CA's file, or a member's?");
    roots_.reset();
  }

  void check_key() {
    if (!key_)
      return;
    if (!can_sign(**key_))
      complain(file::key, "the key is neither RSA nor EC nor Ed25519");
    const own_errors errors;
    if (chain_ && X509_check_private_key(chain_->front().get(), key_->get()) != 1)
      complain(file::key, "the key does not belong to the certificate, which has to be the first "
                          "one of its file");
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

tl::unexpected<failure> not_proven(side who, const std::string& name, const std::string& why) {
  return fail(ec::bad_request, std::string{"couldn't verify the "} + to_string(who) + ' '
                                   + shown(name) + ": " + why);
}

} // namespace

const char* to_string(side who) noexcept {
  return who == side::agent ? "agent" : "hub";
}

struct credentials::implementation {
  explicit implementation(loading&& done)
      : chain(done.take_chain()), key(done.take_key()), trusted(done.take_roots()),
        pem(to_pem(chain)), names(names_of(*chain.front())), ends(done.ends()) {}

  certificates chain;
  key_ptr key;
  trust trusted;
  std::string pem;
  certificate_names names;
  timestamp ends;
};

credentials::credentials(std::unique_ptr<const implementation> impl) : impl_(std::move(impl)) {
}
credentials::~credentials() = default;

tl::expected<std::shared_ptr<const credentials>, std::vector<file_complaint>>
credentials::load(const key_files& from, side own) {
  loading files{from, own};
  if (!files.complaints().empty())
    return tl::unexpected{std::move(files.complaints())};
  return std::shared_ptr<const credentials>{
      new credentials{std::make_unique<const implementation>(std::move(files))}};
}

const std::string& credentials::certificate_pem() const noexcept {
  return impl_->pem;
}

result<std::string> credentials::sign(const std::string& text) const {
  if (auto signature = sign_with(*impl_->key, text))
    return std::move(*signature);
  return fail(ec::internal, "couldn't sign with our key: OpenSSL refused; is the key sound?");
}

result<void> credentials::verify(side who, const std::string& name, const proof& given) const {
  const auto chain = read_certificates(given.certificate);
  if (!chain)
    return not_proven(who, name, "what it has sent as its certificate is none: " + chain.error());
  const auto checked = impl_->trusted.check(*chain, who);
  const auto names = names_of(*chain->front());
  if (!checked)
    return not_proven(who, name,
                      "of its certificate, for " + shown(names) + ": " + checked.error().text);
  if (!names.have(name))
    return not_proven(who, name,
                      "its certificate is for " + shown(names)
                          + ": give it one with its own name, or correct the name");
  if (!is_signed_with(*X509_get0_pubkey(chain->front().get()), given.text, given.signature))
    return not_proven(who, name,
                      "the signature is not that of its certificate's key over what was said: "
                      "somebody else shows this certificate, or something changed on the way");
  return {};
}

timestamp credentials::expires_at() const noexcept {
  return impl_->ends;
}

std::vector<std::string> credentials::names() const {
  return impl_->names.all();
}

bool credentials::is_for(const std::string& name) const {
  return impl_->names.have(name);
}

} // namespace volumeviz::identity
