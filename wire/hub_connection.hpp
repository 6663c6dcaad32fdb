#pragma once

#include "wire/hub_filter.hpp"
#include "wire/hub_front.hpp"
#include "wire/hub_pace.hpp"
#include "wire/relay.hpp"

#include <memory>
#include <string>

namespace volumeviz::wire {

/// One connection to a hub, from its acceptance to its end.
class hub_connection : public std::enable_shared_from_this<hub_connection> {
public:
  /// What all connections of a front share.
  struct shared_parts {
    const hub_front_parts& parts;
    unproven_connections& unproven;
    rates_of_members& rates;
    std::function<void(std::uint64_t connection)> supersede;
  };

  hub_connection(std::uint64_t number, tcp::socket socket, std::string address,
                 shared_parts shared);

  /// Runs until the connection has ended.
  asio::awaitable<void> serve();
  void close();
  /// Ends the connection because there are too many unproven ones.
  void evict();
  /// Ends the connection if its certificate has been revoked.
  void end_if_revoked();

private:
  asio::awaitable<bool> authenticate();
  asio::awaitable<void> relay_frames();
  relay::steady::duration pace(std::size_t cost, const std::vector<frame_header>& seen);
  void set_proven();
  void set_deadline(std::chrono::milliseconds limit);
  void timed_out();
  bool accept_certificate(const identity::peer_certificate& shown);
  bool refuse(refusal why, const std::string& what);

  const std::uint64_t number_;
  shared_parts shared_;
  member member_;
  asio::steady_timer deadline_;
  std::unique_ptr<peer_socket> peer_; ///< moved into the relay
  hub_filter* filter_ = nullptr;      ///< owned by the relay
  std::unique_ptr<hub_pace> pace_;
  std::shared_ptr<relay> relay_;
  bool unproven_ = true; ///< counts as an unproven connection
  bool session_expected_ = false;
  bool refused_ = false;
};

} // namespace volumeviz::wire
