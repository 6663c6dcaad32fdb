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

/// What becomes of an answer.
enum class fate {
  passed,
  held,  ///< stays where it is, until that is over
  torn,  ///< its header and half of what comes next arrive, then the connection is closed
  error, ///< the daemon is not asked; 500 comes instead
  empty, ///< the daemon is not asked; a stream that ends at once comes instead
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
  void drip(bool yes);                      ///< answers are passed on byte by byte
  /// Decides by the target of the question what becomes of its answer; also of one that is on its
  /// way already, as a stream's is. Nothing: all are passed.
  using rule = std::function<fate(const std::string& target)>;
  void decide(rule by);

private:
  struct connection;
  void accept_all();
  void carry(connection& x);
  bool pass_question(connection& x, std::string_view bytes);
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

/// For rules: what the target asks for. A stream has no end; a look back at the events has one.
bool asks_for_stream(const std::string& target);
bool asks_for_resources(const std::string& target); ///< lists and inspects

} // namespace volumeviz::support
