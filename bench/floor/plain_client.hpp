#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::bench {

/// One kept connection to a Docker daemon, which sends GETs and reads the answers, and does nothing
/// else. What it takes is what every client has to wait.
class plain_client {
public:
  explicit plain_client(const std::string& socket_path);
  ~plain_client();
  plain_client(const plain_client&) = delete;
  plain_client& operator=(const plain_client&) = delete;

  /// The body. Throws unless the status is 200.
  std::string get(const std::string& path);
  /// Reads the body to its end and drops it; returns its size.
  std::size_t drain(const std::string& path);

  /// Sends the request and reads the head of the answer.
  void open(const std::string& path);
  /// The next part of the body, valid until the next call; empty at its end, or after cut().
  std::string_view read();
  /// Ends the connection, also while another thread reads.
  void cut() noexcept;

private:
  bool fill();
  char next();
  std::string line();
  bool next_chunk();

  int descriptor_ = -1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0; ///< what has been received and not been read
  std::size_t left_ = 0;            ///< of the body, or of its current chunk
  bool chunked_ = false;
  std::atomic<bool> cut_ = false;
};

} // namespace volumeviz::bench
