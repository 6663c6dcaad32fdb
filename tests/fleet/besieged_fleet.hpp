#pragma once

#include "tests/fleet/hostile_member.hpp"
#include "tests/stage/stage.hpp"
#include "tests/support/authority.hpp"
#include "tests/support/fake_daemon.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/program.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

namespace volumeviz::fleet {

/// A hub under attack, and an honest agent `web-1` that the attacks must not affect. Both are real
/// processes with mutual TLS. The agent's Docker daemon is the tests' fake and has one volume. The
/// attacker has the certificate of `evil`.
class besieged_fleet {
public:
  static constexpr const char* honest = "web-1";
  static constexpr const char* evil = "evil";
  enum class lines { tls, plain };

  /// Waits until the honest agent is connected and its volume is recorded; throws after 30 s.
  explicit besieged_fleet(lines as = lines::tls, const support::variables& more = {});
  /// Prints the cost of the attack for the hub and the honest host.
  ~besieged_fleet();
  besieged_fleet(const besieged_fleet&) = delete;
  besieged_fleet& operator=(const besieged_fleet&) = delete;

  std::uint16_t port() const noexcept { return port_; } ///< of the link
  const support::issued_files& certificate_of(const std::string& name);
  /// A member that has done TLS and BASP handshakes with this certificate. Throws when the hub
  /// refuses it.
  std::unique_ptr<hostile_member> member(const std::string& name = evil);
  /// A member that the hub has admitted under its own name.
  std::unique_ptr<hostile_member> admitted(const std::string& name = evil);
  support::program& hub() { return *hub_; }
  support::http_probe http() { return support::http_probe{hub_->port()}; }

  /// The sum of `volumeviz_events_link_violations_total` over these reasons.
  double violations(std::initializer_list<const char*> reasons);
  /// `volumeviz_events_link_refused_connections_total` for this reason.
  double refused(const std::string& reason);
  /// How many lines of the hub's log contain all of these words.
  std::size_t lines_with(std::initializer_list<const char*> words) const;

  bool has_volume(const std::string& host, const std::string& volume);
  /// How long a change on the honest host takes to be recorded; at most 20 s.
  std::chrono::duration<double> lag();
  double peak_mib() const;                              ///< the hub's highest memory use
  std::chrono::duration<double> cpu() const;            ///< used by the hub's process so far
  std::string row_of(const std::string& host = honest); ///< in `/api/v1/hosts`

  /// Checks that the hub runs, that the honest agent was connected all the time, that its rows are
  /// unchanged, and that its next change is recorded.
  void expect_unhurt();
  /// Checks that the member's connection ends within 5 s, is counted for one of these reasons, and
  /// is logged in one line with its address and name, and that the honest agent is unaffected.
  void expect_ended(hostile_member& who, std::initializer_list<const char*> reasons);

private:
  /// Null when the hub ends the connection.
  std::unique_ptr<hostile_member> try_to_connect(const std::string& name);
  /// The CPU time of the hub's process when the attack began.
  struct usage {
    std::chrono::steady_clock::time_point when;
    std::chrono::duration<double> cpu{};
    double peak_mib = 0;
  };
  support::variables link_settings(const std::string& name);
  std::string connected_since();

  lines as_;
  support::authority ca_;
  std::map<std::string, support::issued_files> certificates_;
  std::unique_ptr<integration::test_database> database_;
  integration::recorded records_;
  std::uint16_t port_ = support::free_port();
  support::fake_daemon daemon_;
  std::optional<support::program> hub_, agent_;
  integration::inventory_rows before_;
  std::string since_;
  int changes_ = 0;
  usage begin_;
  std::chrono::duration<double> worst_lag_{};
};

} // namespace volumeviz::fleet
