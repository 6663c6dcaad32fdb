#pragma once

#include "http/connection.hpp"

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <string>

namespace volumeviz::http {

/// The stream that the HTTP library uses for one request. Reading ends with the prepared head.
/// Writing has time limits, so that a peer that does not read its answer can't occupy a thread.
class response_stream final : public httplib::Stream {
public:
  /// `stopping` shortens both limits to a second.
  response_stream(int socket, std::string head, std::chrono::milliseconds stall,
                  std::chrono::milliseconds whole, const std::atomic<bool>& stopping);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override;

  /// Whether the peer has taken everything so far.
  bool good() const noexcept { return good_; }

private:
  bool wait_writable(steady::time_point since) const;

  int socket_;
  std::string head_;
  std::size_t read_ = 0;
  std::chrono::milliseconds stall_;
  std::chrono::milliseconds whole_;
  const std::atomic<bool>& stopping_;
  steady::time_point begin_;
  bool good_ = true;
};

} // namespace volumeviz::http
