#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace volumeviz::support {

/// A request as the fake daemon reads it: GET, without a body.
struct fake_request {
  std::string version;                      ///< "1.41" of /v1.41/info; empty without
  std::string path;                         ///< "/info": without version and query, decoded
  std::map<std::string, std::string> query; ///< decoded
};

/// The server's side of one accepted connection.
class fake_peer {
public:
  explicit fake_peer(int descriptor) : descriptor_{descriptor} {}
  ~fake_peer();
  fake_peer(const fake_peer&) = delete;
  fake_peer& operator=(const fake_peer&) = delete;

  std::optional<fake_request> read_request(); ///< nothing when the client has closed
  bool write(std::string_view bytes);         ///< false when the client has closed
  bool gone() const;                          ///< the client has closed
  void cut() noexcept;                        ///< ends the connection; from any thread

  /// No request is in flight.
  std::atomic<bool> idle{true};

private:
  int descriptor_;
  std::string buffer_;
};

/// Accepts connections and gives each a thread of its own.
class fake_listener {
public:
  using handler = std::function<void(fake_peer&)>;

  /// On a unix socket, or, when `path` is empty, on a port of 127.0.0.1 (0: any free one).
  fake_listener(const std::string& path, int port, handler on_connection);
  ~fake_listener(); ///< cuts all connections and waits for their threads
  fake_listener(const fake_listener&) = delete;
  fake_listener& operator=(const fake_listener&) = delete;

  int port() const noexcept { return port_; }
  unsigned accepted() const noexcept { return accepted_; }
  void cut(bool idle_only);

private:
  void accept_all();

  handler on_connection_;
  int descriptor_ = -1;
  int port_ = 0;
  std::atomic<unsigned> accepted_{0};
  std::mutex mutex_;
  bool leaving_ = false;
  std::list<std::pair<std::shared_ptr<fake_peer>, std::thread>> connections_;
  std::thread thread_;
};

} // namespace volumeviz::support
