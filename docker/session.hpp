#pragma once

#include "docker/body_reader.hpp"
#include "docker/client.hpp"
#include "docker/connection.hpp"
#include "docker/endpoint.hpp"
#include "docker/socket_guard.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// The highest API version that this program speaks. Docker 20.10 speaks at most 1.41, 29.0 at
/// least 1.44.
inline constexpr std::string_view our_api_version = "1.47";

/// Sends requests to one daemon over one connection at a time, each with a deadline. Opens a new
/// connection when there is none or the old one is dead, and negotiates the API version on it
/// first. One thread at a time; stop() may be called from any thread.
class session {
public:
  using time_point = socket_guard::time_point;

  session(address where, std::shared_ptr<deadline_keeper> keeper);

  struct answer {
    int status = 0;
    std::string body;
    timestamp date = never; ///< response_head::date
  };

  /// Called when the connection is negotiated: genuine() and podman() describe the daemon that will
  /// answer.
  using path_maker = std::function<std::string()>;

  /// GET /vVERSION + `path()`. An answer may have any status. `what` continues "couldn't ". If a
  /// kept connection turns out to be closed, the request is repeated once on a new one.
  result<answer> get(std::string_view what, const path_maker& path, time_point until,
                     std::size_t body_limit) {
    return get(what, path, until, body_limit, nullptr);
  }
  /// The same; a status other than 200 is a failure with the daemon's message.
  result<std::string> fetch(std::string_view what, const path_maker& path, time_point until,
                            std::size_t body_limit);
  /// The same; the body goes to `into` as it arrives. After a failure `into` may have a part of it.
  result<void> fetch(std::string_view what, const path_maker& path, time_point until,
                     std::size_t body_limit, body_reader& into);

  result<daemon_identity> identify(std::string_view what, time_point until);

  /// A request whose answer does not end: `until` bounds the wait for its head only. Calls `opened`
  /// when the status is 200. Returns why the answer ended. Uses the connection of the last request,
  /// if it is still open.
  failure stream(std::string_view what, const std::string& path, time_point until,
                 const std::function<void()>& opened, const connection::on_bytes& bytes);

  /// The number of the connection that is kept for the next request; no value when there is none.
  std::optional<std::uint64_t> kept_connection() const {
    return connection_ && !one_shot_ ? std::optional{connections_} : std::nullopt;
  }
  bool podman() const noexcept { return podman_; }
  /// Docker itself, the only daemon that is known to filter events by Docker's action names.
  bool genuine() const noexcept { return genuine_; }

  void stop() noexcept { guard_.stop(); }
  bool stopped() const noexcept { return guard_.stopped(); }
  /// From any thread, see socket_guard.
  bool peer_open() const noexcept { return guard_.peer_open(); }
  const address& where() const noexcept { return where_; }

private:
  class call;

  result<void> negotiate(std::string_view what);
  result<answer> get(std::string_view what, const path_maker& path, time_point until,
                     std::size_t body_limit, body_reader* into);
  result<answer> attempt(std::string_view what, const std::string& path, std::size_t body_limit,
                         body_reader* into, bool& worth_repeating);
  failure why(std::string_view what, ending how) const;

  const address where_;
  socket_guard guard_; // outlives the connection
  std::unique_ptr<connection> connection_;
  std::uint64_t connections_ = 0; ///< how many there have been
  unsigned sockets_ = 0;          ///< of the connection, when its version was negotiated
  bool one_shot_ = false;         ///< the daemon or a proxy closes the connection after each answer
  std::string version_;
  bool podman_ = false;
  bool genuine_ = false;
};

} // namespace volumeviz::docker
