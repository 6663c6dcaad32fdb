#pragma once

#include "identity/tls_session.hpp"
#include "tests/identity/members.hpp"

#include <functional>
#include <memory>
#include <string>

namespace volumeviz::identity::testing {

/// A non-blocking socket, closed with the object.
class test_socket {
public:
  explicit test_socket(int fd) : fd_(fd) {}
  ~test_socket();
  test_socket(const test_socket&) = delete;
  test_socket& operator=(const test_socket&) = delete;
  int fd() const noexcept { return fd_; }

private:
  int fd_;
};

/// One side of a handshake: a tls_session, or a peer that uses OpenSSL without our rules.
class party {
public:
  virtual ~party() = default;
  virtual tls_session::step handshake() = 0;
  virtual tls_session::step read() = 0;
  virtual std::string why() const = 0;
};

/// May change bytes on their way, in either direction.
using tampering = std::function<void(std::string& chunk)>;

/// Two sides that are connected through the test, after their handshake. A reason is empty when
/// that side accepts the other.
class encounter {
public:
  encounter(const member& agent, const member& hub, const tampering& change = nullptr);
  /// One side sends a certificate that credentials::load() would refuse.
  static std::unique_ptr<encounter> with_false_agent(const support::issued_files& shown,
                                                     const member& hub,
                                                     const std::string& behind = {});
  static std::unique_ptr<encounter> with_false_hub(const member& agent,
                                                   const support::issued_files& shown);
  ~encounter();

  const std::string& agents_reason() const noexcept { return agents_reason_; }
  const std::string& hubs_reason() const noexcept { return hubs_reason_; }
  bool both_believe() const { return agents_reason_.empty() && hubs_reason_.empty(); }

  /// Null for a peer without our rules.
  tls_session* agent() const noexcept { return agent_session_; }
  tls_session* hub() const noexcept { return hub_session_; }
  /// Passes on the bytes that were written since.
  bool pump(const tampering& change = nullptr);

private:
  encounter();
  void shake(const tampering& change);
  static std::string reason(party& of, tls_session::step last);

  std::unique_ptr<test_socket> agents_end_, agents_line_, hubs_end_, hubs_line_;
  std::unique_ptr<party> agent_, hub_;
  tls_session* agent_session_ = nullptr;
  tls_session* hub_session_ = nullptr;
  std::string agents_reason_, hubs_reason_;
};

/// Why the agent does not accept this name of the hub; empty: it does.
std::string doubt(const member& agent, const member& hub, const std::string& name);

} // namespace volumeviz::identity::testing
