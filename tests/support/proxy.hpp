#pragma once

#include "tests/support/scratch.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace volumeviz::support {

/// One HTTP request that went through the proxy.
struct seen_request {
  std::string method;
  std::string target; ///< path and query, as sent
  friend bool operator==(const seen_request&, const seen_request&) = default;
};

/// A unix socket in front of another one: records what is asked, and can be as bad as a network.
/// Thread-safe.
class proxy {
public:
  explicit proxy(std::string backend);
  ~proxy();
  proxy(const proxy&) = delete;
  proxy& operator=(const proxy&) = delete;

  std::string socket() const { return folder_ / "proxy.sock"; }
  std::string host() const { return "unix://" + socket(); } ///< as DOCKER_HOST

  std::vector<seen_request> requests() const;
  std::size_t request_count() const;
  void forget(); ///< the requests so far
  std::size_t open_connections() const;

  void cut();            ///< closes every connection, in the middle of whatever it carries
  void refuse(bool yes); ///< new connections are closed at once
  void
  hold(bool yes); ///< answers stay where they are, on old and new connections, until hold(false)
  void delay(std::chrono::milliseconds by); ///< before each piece of an answer is passed on

private:
  struct connection;
  void accept_all();
  void carry(connection& x);
  void wait_while_held(connection& x);
  void record(connection& x, const char* data, std::size_t size);

  scratch_folder folder_;
  std::string backend_;
  int listener_ = -1;
  mutable std::mutex mutex_; ///< over requests_ and connections_
  std::vector<seen_request> requests_;
  std::list<std::unique_ptr<connection>> connections_;
  std::atomic<bool> refuse_ = false, hold_ = false, stopping_ = false;
  std::atomic<std::int64_t> delay_ms_ = 0;
  std::thread acceptor_;
};

} // namespace volumeviz::support
