#pragma once

#include "messages/error.hpp"
#include "wire/local_socket.hpp"
#include "wire/members.hpp"
#include "wire/newcomers.hpp"
#include "wire/reports.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace volumeviz::wire {

/// What a hub's front needs.
struct hub_front_parts {
  std::string host; ///< where it listens: an address or a name of this machine
  std::uint16_t port = 0;
  credentials_source credentials; ///< null: without TLS
  revocation_check revoked;       ///< null: no list
  std::string node{};             ///< our own, as CAF spells it
  std::uint64_t gate = 0;         ///< the id of the actor that CAF publishes
  std::shared_ptr<member_registry> members;
  /// A connection that has introduced itself: CAF's end of it.
  std::function<void(local_socket)> accepted;
  front_reports reports;
  newcomers::limits limits{};
  std::chrono::milliseconds handshake_limit{5'000};
  /// Without TLS: until it has a session.
  std::chrono::milliseconds session_limit{10'000};
};

/// Where agents connect: the one way from other machines into a hub. Ends TLS, knows whose
/// certificate it was, and lets through what a hub_filter allows; CAF itself listens nowhere. All
/// in one thread, which sleeps while nothing happens: a connection that is silent costs a
/// descriptor and some hundred bytes, for some seconds.
class hub_front {
public:
  /// ec::bad_request when the address can't be used; the text is the system's reason.
  static result<std::unique_ptr<hub_front>> open(hub_front_parts parts);
  ~hub_front();
  hub_front(const hub_front&) = delete;
  hub_front& operator=(const hub_front&) = delete;

  std::uint16_t port() const noexcept;

private:
  class listener;
  explicit hub_front(std::unique_ptr<listener> x);
  std::unique_ptr<listener> listener_;
};

} // namespace volumeviz::wire
