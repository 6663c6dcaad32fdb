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

/// Finds the requests in what one client sends, however it is cut.
class request_reader {
public:
  std::vector<seen_request> feed(std::string_view bytes);

private:
  std::string unparsed_;
  std::size_t body_left_ = 0;
};

/// The file descriptor of a socket that listens at, or is connected to, a path; -1 on failure.
int listen_at(const std::string& path);
int connect_to(const std::string& path);

/// False when the peer is gone. In pieces of `step` bytes.
bool send_all(int fd, std::string_view bytes, std::size_t step = std::string_view::npos);

/// The answers that a proxy can make up itself.
extern const std::string_view internal_error; ///< 500, as Docker words it; the connection stays
extern const std::string_view empty_stream;   ///< 200, chunked, and nothing

} // namespace volumeviz::support
