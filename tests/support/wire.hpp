#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::support {

/// One HTTP request that went through the proxy.
struct seen_request {
  std::string method;
  std::string target; ///< path and query, as sent
  friend bool operator==(const seen_request&, const seen_request&) = default;
};

/// Finds the requests in the bytes of one client, however they are split.
class request_reader {
public:
  std::vector<seen_request> feed(std::string_view bytes);

private:
  std::string unparsed_;
  std::size_t body_left_ = 0;
};

/// The descriptor of a unix socket that listens on a path, or is connected to it; -1 on failure.
int listen_at(const std::string& path);
int connect_to(const std::string& path);

/// Sends in chunks of `step` bytes; false when the peer has closed.
bool send_all(int fd, std::string_view bytes, std::size_t step = std::string_view::npos);

/// Answers that a proxy gives without asking the daemon.
extern const std::string_view internal_error; ///< 500 in Docker's format; the connection stays open
extern const std::string_view empty_stream;   ///< 200, chunked, without a body

} // namespace volumeviz::support
