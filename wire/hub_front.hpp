#pragma once

#include "messages/error.hpp"
#include "wire/local_socket.hpp"
#include "wire/members.hpp"
#include "wire/reports.hpp"
#include "wire/unproven_connections.hpp"

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
  std::string node{};             ///< our own, in CAF's text form
  std::uint64_t gate = 0;         ///< the id of the actor that CAF publishes
  std::shared_ptr<member_registry> members;
  /// Gets CAF's end of a connection when its first frame has passed.
  std::function<void(local_socket)> accepted;
  front_reports reports;
  unproven_connections::limits limits{};
  std::chrono::milliseconds handshake_limit{5'000};
  /// Without TLS: until the peer has a session.
  std::chrono::milliseconds session_limit{10'000};
};

/// Where agents connect: the only entry from other machines into a hub. Terminates TLS, knows the
/// peer's certificate, and passes on the frames that a hub_filter allows; CAF itself does not
/// listen. All work is done in one thread, which sleeps while nothing happens. A silent connection
/// costs a descriptor and some hundred bytes, for some seconds.
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
