#include "commands/link.hpp"

#include "actors/fleet/front_log.hpp"
#include "actors/fleet/hub_connector.hpp"
#include "commands/host_rows.hpp"
#include "commands/link_credentials.hpp"
#include "identity/random.hpp"
#include "identity/revocation_list.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// Certificates are renewed in place. The interval keeps a thousand agents that connect at once from
// causing a thousand reads.
constexpr auto read_again_after = 30s;

/// The current credentials in the files of HUB_TLS_*. While the files are being replaced or are
/// wrong, the previous credentials stay. Thread-safe.
class current_credentials {
public:
  using pointer = std::shared_ptr<const identity::credentials>;

  current_credentials(config::settings settings, pointer first,
                      std::shared_ptr<metrics::catalogue> numbers)
      : settings_(std::move(settings)), numbers_(std::move(numbers)), now_(std::move(first)) {
    numbers_->link_certificate_expiry.set_time(now_->expires_at());
  }

  pointer get() {
    std::lock_guard lock(mutex_);
    if (steady::now() - read_ > read_again_after) {
      read_ = steady::now();
      if (auto renewed = link_credentials(settings_); renewed && *renewed) {
        now_ = std::move(*renewed);
        numbers_->link_certificate_expiry.set_time(now_->expires_at());
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

} // namespace

bool uses_tls(const config::settings& settings) {
  return !settings.hub_tls_cert.empty();
}

link_security::link_security(const config::settings& settings,
                             std::shared_ptr<const identity::credentials> own,
                             std::shared_ptr<metrics::catalogue> numbers,
                             const std::shared_ptr<spdlog::logger>& log)
    : reports(front_reports(numbers, log)) {
  if (own) {
    auto current =
        std::make_shared<current_credentials>(settings, std::move(own), std::move(numbers));
    credentials = [current] { return current->get(); };
  }
  if (!settings.hub_tls_revoked.empty()) {
    auto list = std::make_shared<identity::revocation_list>(
        settings.hub_tls_revoked, [log, path = settings.hub_tls_revoked](const std::string& why) {
          log->error("HUB_TLS_REVOKED={}: {}; the previous list stays in use", path, why);
        });
    revoked = [list](const std::string& fingerprint) { return list->has(fingerprint); };
  }
}

std::shared_ptr<wire::dialer> make_dialer(const link_security& security) {
  return std::make_shared<wire::dialer>(wire::dialer_parts{.credentials = security.credentials,
                                                           .revoked = security.revoked,
                                                           .reports = security.reports});
}

wire::hub_front_parts front_of(const config::settings& settings, const link_security& security,
                               std::shared_ptr<wire::member_registry> members) {
  return {.host = settings.hub_listen.host,
          .port = settings.hub_listen.port,
          .credentials = security.credentials,
          .revoked = security.revoked,
          .members = std::move(members),
          .accepted = {},
          .reports = security.reports};
}

link_parts make_link(persistence::inventory* rows, std::shared_ptr<wire::dialer> dialer) {
  link_parts link;
  link.program_version = VOLUMEVIZ_VERSION;
  link.incarnation = identity::random_number() | 1; // 0 means unknown
  link.secret = identity::random_nonce;
  link.members = std::make_shared<wire::member_registry>();
  link.make_connector = [dialer = std::move(dialer)](caf::actor_system& system) {
    return start_connector(system, dialer);
  };
  if (rows != nullptr)
    link.recorded_hosts = [rows] { return recorded_hosts(*rows); };
  return link;
}

} // namespace volumeviz::commands
