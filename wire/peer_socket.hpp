#pragma once

#include "identity/tls_session.hpp"
#include "wire/asio.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace volumeviz::wire {

/// A connection to another machine, with or without TLS. It ends when one write, of at most 64 KiB,
/// takes longer than ten seconds, even if the peer reads a little now and then. For the thread of
/// its loop.
class peer_socket {
public:
  explicit peer_socket(tcp::socket socket,
                       std::chrono::milliseconds write_limit = std::chrono::seconds{10});

  /// Does the TLS handshake. Empty, or why it failed.
  asio::awaitable<std::string> secure(std::shared_ptr<const identity::credentials> own);
  /// Waits until the peer has sent something; false: the connection has ended before.
  asio::awaitable<bool> readable();

  /// Reads what is there; 0: the connection has ended, see why(). Other connections of the loop get
  /// their turn after 16 KiB with TLS, after one read without it.
  asio::awaitable<std::size_t> read(std::span<std::byte> into);
  /// Writes all; false: the connection has ended, see why().
  asio::awaitable<bool> write(std::span<const std::byte> from);

  /// What reading has cost since the last call: the bytes from the network, where small packets and
  /// records cost more than their size.
  std::size_t take_cost();

  void close();

  /// Null without TLS.
  const identity::tls_session* tls() const noexcept { return tls_.get(); }
  /// Why the connection has ended; empty when the peer closed it properly.
  const std::string& why() const noexcept { return why_; }
  tcp::socket& socket() noexcept { return socket_; }

private:
  asio::awaitable<std::size_t> read_tls(std::span<std::byte> into);
  asio::awaitable<bool> wait(tcp::socket::wait_type what);
  asio::awaitable<bool> wait_for(identity::tls_session::step what);
  void start_write_timer();

  tcp::socket socket_;
  const std::chrono::milliseconds write_limit_;
  asio::steady_timer stall_;
  /// Of the write that waits. A timer that fires late finds another one, or none.
  std::shared_ptr<bool> waiting_write_;
  std::unique_ptr<identity::tls_session> tls_;
  /// What the next read must wait for.
  identity::tls_session::step pending_ = identity::tls_session::step::done;
  std::size_t cost_ = 0;        ///< without TLS
  std::size_t cost_before_ = 0; ///< at the last take_cost()
  std::string why_;
};

} // namespace volumeviz::wire
