#include "commands/link.hpp"

#include "identity/random.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include "commands/host_rows.hpp"
#include "commands/link_credentials.hpp"

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// Certificates are renewed in place, and a thousand agents that come in at once should not each
// have the files read.
constexpr auto read_again_after = 30s;

/// What the files of HUB_TLS_* hold now. Files that are in the middle of being replaced, or wrong,
/// leave it as it was. Thread-safe.
class current_credentials {
public:
  using pointer = std::shared_ptr<const identity::credentials>;

  current_credentials(config::settings settings, pointer first,
                      std::shared_ptr<metrics::catalogue> numbers)
      : settings_(std::move(settings)), numbers_(std::move(numbers)), now_(std::move(first)) {
    numbers_->link_certificate_expiry(now_->expires_at());
  }

  pointer get() {
    std::lock_guard lock(mutex_);
    if (steady::now() - read_ > read_again_after) {
      read_ = steady::now();
      if (auto renewed = link_credentials(settings_); renewed && *renewed) {
        now_ = std::move(*renewed);
        numbers_->link_certificate_expiry(now_->expires_at());
      }
    }
    return now_;
  }

private:
  const config::settings settings_;
  const std::shared_ptr<metrics::catalogue> numbers_;
  std::mutex mutex_;
  pointer now_;
  steady::time_point read_ = steady::now();
};

link_keys keys_of(const config::settings& settings, current_credentials::pointer credentials,
                  std::shared_ptr<metrics::catalogue> numbers) {
  link_keys keys;
  keys.secret = identity::random_nonce;
  if (!credentials)
    return keys;
  auto current =
      std::make_shared<current_credentials>(settings, std::move(credentials), std::move(numbers));
  const auto other =
      settings.role == config::node_role::hub ? identity::side::agent : identity::side::hub;
  keys.certificate = [current] { return current->get()->certificate_pem(); };
  keys.sign = [current](const std::string& text) { return current->get()->sign(text); };
  keys.verify = [current, other](const std::string& pem, const std::string& name,
                                 const std::string& text, const std::string& signature) {
    return current->get()->verify(other, name,
                                  {.certificate = pem, .text = text, .signature = signature});
  };
  return keys;
}

} // namespace

link_files link_files_of(const config::settings& settings) {
  return {settings.hub_tls_cert, settings.hub_tls_key, settings.hub_tls_ca};
}

link_parts make_link(const config::settings& settings,
                     std::shared_ptr<const identity::credentials> credentials,
                     persistence::inventory* rows, std::shared_ptr<metrics::catalogue> numbers) {
  link_parts link;
  link.program_version = VOLUMEVIZ_VERSION;
  link.boot = identity::random_number() | 1; // 0 is nobody
  link.keys = keys_of(settings, std::move(credentials), std::move(numbers));
  link.make_connector = [files = link_files_of(settings)](caf::actor_system& system) {
    return connector_of(system, files);
  };
  if (rows != nullptr)
    link.recorded_hosts = [rows] { return recorded_hosts(*rows); };
  return link;
}

} // namespace volumeviz::commands
