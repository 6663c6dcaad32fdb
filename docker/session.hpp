#pragma once

#include "docker/client.hpp"
#include "docker/connection.hpp"
#include "docker/endpoint.hpp"
#include "docker/socket_guard.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// The highest API version that is understood here. 20.10 speaks at most 1.41, 29.0 at least 1.44.
inline constexpr std::string_view our_api_version = "1.47";

/// Requests to one daemon over one connection at a time, each with a deadline. Opens a new
/// connection whenever there is none or the old one is dead, and asks each new one for its API
/// version first. One thread at a time, stop() aside.
class session {
public:
  using time_point = socket_guard::time_point;

  session(address where, std::shared_ptr<deadline_keeper> keeper);

  struct answer {
    int status = 0;
    std::string body;
    timestamp date = never; ///< response_head::date
  };

  /// Called once the daemon is known: genuine() and podman() hold for the one that will answer.
  using path_maker = std::function<std::string()>;

  /// GET /vVERSION + `path()`. A status that is no success is an answer, too. `what` continues
  /// "couldn't ". A connection that was kept and turns out to be closed is replaced, and the
  /// request repeated, once.
  result<answer> get(std::string_view what, const path_maker& path, time_point until,
                     std::size_t body_limit);
  /// The same, where anything but 200 is a failure with the daemon's own words.
  result<std::string> fetch(std::string_view what, const path_maker& path, time_point until,
                            std::size_t body_limit);

  result<daemon_identity> identify(std::string_view what, time_point until);

  /// A request that lives: `until` holds up to the head of the answer. Returns why it ended.
  /// `opened` is called when it was 200. On the same connection as the request before, if that
  /// still lives.
  failure stream(std::string_view what, const std::string& path, time_point until,
                 const std::function<void()>& opened, const connection::on_bytes& bytes);

  bool podman() const noexcept { return podman_; }
  /// Docker itself, which is the only one known to filter events by the words that we use.
  bool genuine() const noexcept { return genuine_; }

  void stop() noexcept { guard_.stop(); }
  bool stopped() const noexcept { return guard_.stopped(); }
  /// From any thread, see socket_guard.
  bool peer_open() const noexcept { return guard_.peer_open(); }
  const address& where() const noexcept { return where_; }

private:
  class call;

  result<void> negotiate(std::string_view what);
  result<answer> attempt(std::string_view what, const std::string& path, std::size_t body_limit,
                         bool& worth_repeating);
  failure why(std::string_view what, ending how) const;

  const address where_;
  socket_guard guard_; // outlives the connection
  std::unique_ptr<connection> connection_;
  unsigned sockets_ = 0; ///< of the connection, when its version was negotiated
  bool one_shot_ =
      false; ///< the daemon, or a proxy before it, closes the connection after each answer
  std::string version_;
  bool podman_ = false;
  bool genuine_ = false;
};

} // namespace volumeviz::docker
