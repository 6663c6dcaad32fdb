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
  /// What the listener keeps for all connections.
  struct surroundings {
    const hub_front_parts& parts;
    newcomers& waiting;
    rates_of_members& rates;
    std::function<void(std::uint64_t connection)> supersede;
  };

  hub_connection(std::uint64_t number, tcp::socket socket, std::string address,
                 surroundings around);

  asio::awaitable<void> serve();
  void close();
  /// There are too many that have not proven who they are.
  void give_way();
  void end_when_revoked();

private:
  asio::awaitable<bool> prove();
  asio::awaitable<void> carry();
  relay::steady::duration pace(std::size_t cost, const std::vector<frame_header>& seen);
  void proven();
  void expect_until(std::chrono::milliseconds limit);
  void too_late();
  bool acceptable(const identity::peer_certificate& shown);
  bool refuse(refusal why, const std::string& what);
  std::string name() const;

  const std::uint64_t number_;
  surroundings around_;
  member who_;
  asio::steady_timer deadline_;
  std::unique_ptr<peer_socket> peer_; ///< until the relay has it
  hub_filter* filter_ = nullptr;      ///< the relay's
  std::unique_ptr<hub_pace> pace_;
  std::shared_ptr<relay> relay_;
  bool waits_ = true; ///< it counts as a newcomer
  bool session_expected_ = false;
  bool refused_ = false;
};

} // namespace volumeviz::wire
