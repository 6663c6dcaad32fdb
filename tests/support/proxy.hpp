#pragma once

#include "tests/support/scratch.hpp"
#include "tests/support/wire.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace volumeviz::support {

/// What the proxy does with an answer.
enum class fate {
  passed,
  held,  ///< withholds it until the rule says otherwise
  torn,  ///< passes the header and half of the next bytes, then closes the connection
  error, ///< answers 500 without asking the daemon
  empty, ///< answers with a stream that ends at once, without asking the daemon
};

/// A unix socket in front of another one. It records the requests, and can delay, split, withhold
/// or cut answers. Thread-safe.
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
  void forget(); ///< the recorded requests
  std::size_t open_connections() const;

  void cut();            ///< closes every connection, even during an answer
  void refuse(bool yes); ///< new connections are closed at once
  void hold(bool yes);   ///< withholds answers on old and new connections until hold(false)
  void delay(std::chrono::milliseconds by); ///< before each part of an answer
  void drip(bool yes);                      ///< passes answers byte by byte
  /// Decides by a request's target what happens to its answer, even during the answer, as for a
  /// stream. No rule: all answers are passed.
  using rule = std::function<fate(const std::string& target)>;
  void decide(rule by);

private:
  struct connection;
  void accept_all();
  void carry(connection& x);
  bool pass_request(connection& x, std::string_view bytes);
  bool pass_answer(connection& x, std::string_view bytes);
  bool wait_while_held(connection& x);
  fate fate_of(const connection& x) const;

  scratch_folder folder_;
  std::string backend_;
  int listener_ = -1;
  mutable std::mutex mutex_; ///< over requests_, connections_ and rule_
  std::vector<seen_request> requests_;
  std::list<std::unique_ptr<connection>> connections_;
  rule rule_;
  std::atomic<bool> refuse_ = false, hold_ = false, drip_ = false, stopping_ = false;
  std::atomic<std::int64_t> delay_ms_ = 0;
  std::thread acceptor_;
};

/// For rules: what a target requests. A stream has no `until`; a request for past events has one.
bool asks_for_stream(const std::string& target);
bool asks_for_resources(const std::string& target); ///< lists and inspects

} // namespace volumeviz::support
