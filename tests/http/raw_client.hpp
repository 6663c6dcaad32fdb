#pragma once

#include "tests/http/api_document.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

/// An answer as it was received.
struct raw_answer_read {
  int status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
};

/// A client that sends any bytes, valid or not. Every wait is bounded. Each answer that is read
/// must be as the OpenAPI document says.
class raw_client {
public:
  static constexpr std::chrono::milliseconds patience{10'000};

  explicit raw_client(std::uint16_t port, const char* host = "127.0.0.1");
  raw_client(raw_client&& other) noexcept;
  raw_client& operator=(raw_client&&) = delete;
  ~raw_client();

  /// False when the server has closed.
  bool send(const std::string& text);
  /// The next answer; nothing when the server has closed or no answer came in time. `head`: the
  /// answer has no body.
  std::optional<raw_answer_read> read(bool head = false,
                                      std::chrono::milliseconds limit = patience);
  /// The next bytes up to and with this mark; nothing when the server has closed or they did not
  /// come in time.
  std::optional<std::string> read_until(const std::string& mark,
                                        std::chrono::milliseconds limit = patience);
  /// Whether the server ends the connection within `limit`. Discards what it sends until then.
  bool ends(std::chrono::milliseconds limit = patience);
  void end_output();

private:
  bool more(std::chrono::steady_clock::time_point deadline);

  int socket_ = -1;
  std::string input_;
  documented_connection documented_;
};

/// One request on a connection of its own.
std::optional<raw_answer_read> ask(std::uint16_t port, const std::string& method,
                                   const std::string& target, const std::string& headers = {});
