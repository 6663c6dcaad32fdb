#pragma once

#include "identity/tls_session.hpp"
#include "wire/asio.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace volumeviz::wire {

/// A connection to another machine, with TLS or without. A peer that does not read what is sent to
/// it is given up when one write, of 64 KiB at most, takes longer than ten seconds, also when it
/// reads a little now and then. For the thread of its loop.
class peer_socket {
public:
  explicit peer_socket(tcp::socket socket,
                       std::chrono::milliseconds write_limit = std::chrono::seconds{10});

  /// Makes TLS of it. Empty, or why not.
  asio::awaitable<std::string> secure(std::shared_ptr<const identity::credentials> own);
  /// Waits until there is something to read; false: it has ended without a word.
  asio::awaitable<bool> readable();

  /// Reads what there is; 0: it has ended, see why(). Others of the loop get their turn at least
  /// every 16 KiB with TLS, every `into` without it.
  asio::awaitable<std::size_t> read(std::span<std::byte> into);
  /// Writes all; false: it has ended, see why().
  asio::awaitable<bool> write(std::span<const std::byte> from);

  /// What reading has cost since the last time that this was asked: the bytes that have come from
  /// the network, small packets and records at more than their size.
  std::size_t take_cost();

  void close();

  /// Null without TLS.
  const identity::tls_session* tls() const noexcept { return tls_.get(); }
  /// Why it has ended; empty when the peer closed it in order.
  const std::string& why() const noexcept { return why_; }
  tcp::socket& socket() noexcept { return socket_; }

private:
  asio::awaitable<std::size_t> read_tls(std::span<std::byte> into);
  asio::awaitable<bool> wait(tcp::socket::wait_type what);
  asio::awaitable<bool> wait_for(identity::tls_session::step what);
  void give_up_in_time();

  tcp::socket socket_;
  const std::chrono::milliseconds write_limit_;
  asio::steady_timer stall_;
  /// Of the write that waits; another one, or none, when its timer comes too late.
  std::shared_ptr<bool> waits_;
  std::unique_ptr<identity::tls_session> tls_;
  /// What the next read has to wait for.
  identity::tls_session::step pending_ = identity::tls_session::step::done;
  std::size_t cost_ = 0;        ///< without TLS
  std::size_t cost_before_ = 0; ///< when it was taken
  std::string why_;
};

} // namespace volumeviz::wire
