#pragma once

#include "identity/credentials.hpp"
#include "tests/support/authority.hpp"
#include "tests/wire/caf_bytes.hpp"
#include "wire/dialer.hpp"
#include "wire/hub_front.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace volumeviz::wire::testing {

inline bool begins(const std::string& text, const std::string& with) {
  return text.starts_with(with);
}
inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The reports of a front, with the names of their reasons. Thread-safe.
class report_book {
public:
  front_reports reports();
  std::vector<std::string> all() const;
  /// Waits for so many reports.
  bool has(std::size_t count) const;

private:
  void write(const std::string& line);
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The test's own socket, with a limit for all waits.
class test_end {
public:
  explicit test_end(int fd);
  ~test_end();
  test_end(test_end&& from) noexcept;
  test_end& operator=(const test_end&) = delete;

  /// Connects to this port of 127.0.0.1.
  static test_end to(std::uint16_t port);

  bool send(bytes what) const;
  /// Reads so many bytes; fewer when the connection ends before.
  byte_vector read(std::size_t count) const;
  /// Whether the other side ends the connection within ten seconds.
  bool ends() const;
  int fd() const noexcept { return fd_; }

private:
  int fd_;
};

std::shared_ptr<const identity::credentials>
load_or_throw(const support::issued_files& files, const std::string& ca, identity::side own);

/// The credentials of the agent "web-1", by certificates of `ca`.
credentials_source agent_of(const support::authority& ca);

/// A hub's front on a port of 127.0.0.1, and the connections that CAF would get.
class front_rig {
public:
  explicit front_rig(const std::function<void(hub_front_parts&)>& change = nullptr);
  /// With TLS, and certificates of `ca`.
  static std::function<void(hub_front_parts&)> with_tls(const support::authority& ca);

  std::uint16_t port() const { return front_->port(); }
  /// The next connection that the front hands over.
  test_end accepted();
  std::size_t accepted_count() const;
  void close() { front_.reset(); }

  report_book book;
  std::shared_ptr<member_registry> members = std::make_shared<member_registry>();

private:
  mutable std::mutex mutex_;
  std::vector<local_socket> sockets_;
  std::size_t given_ = 0;
  std::unique_ptr<hub_front> front_;
};

/// A dialer, and the outcome of one attempt.
class dialer_rig {
public:
  explicit dialer_rig(credentials_source credentials = nullptr, revocation_check revoked = nullptr);
  /// Throws when there is no outcome within ten seconds.
  dialer::outcome dial(std::uint16_t port, const std::string& host = "127.0.0.1");

  report_book book;

private:
  std::unique_ptr<dialer> dialer_;
};

/// An agent's handshake, which each connection begins with.
byte_vector introduction();

/// Does CAF's handshake on both sides, then one request and its answer. Returns the hub's end.
test_end converse(front_rig& hub, const test_end& agent);

} // namespace volumeviz::wire::testing
