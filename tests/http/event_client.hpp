#pragma once

#include "tests/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

/// An event of a stream, as it was received.
struct event_read {
  std::string id, name, data;
};

/// A subscriber of the feed. Every wait is bounded. Each event must be as the OpenAPI document
/// says.
class event_client {
public:
  explicit event_client(std::uint16_t port, const std::string& query = {},
                        const std::string& headers = {})
      : client_{port} {
    client_.send("GET /api/v1/changes/stream" + query + " HTTP/1.1\r\nHost: localhost\r\n" + headers
                 + "\r\n");
  }

  /// Whether the stream has begun.
  bool begins() {
    const auto head = client_.read_until("\r\n\r\n");
    head_ = head.value_or("");
    return head_.starts_with("HTTP/1.1 200 ");
  }
  const std::string& head() const { return head_; }

  /// The next event or comment (then only `data` is set); nothing when the stream has ended.
  std::optional<event_read> next(std::chrono::milliseconds limit = raw_client::patience) {
    auto text = client_.read_until("\n\n", limit);
    if (!text)
      return {};
    event_read read;
    for (std::size_t at = 0; at < text->size();) {
      const auto line = text->substr(at, text->find('\n', at) - at);
      at += line.size() + 1;
      if (line.starts_with("id: "))
        read.id = line.substr(4);
      else if (line.starts_with("event: "))
        read.name = line.substr(7);
      else if (line.starts_with("data: "))
        read.data = line.substr(6);
      else if (line.starts_with(":"))
        read.data = line;
    }
    check(read);
    return read;
  }

  /// The next event of this name.
  std::optional<event_read> next(const std::string& name) {
    for (auto read = next(); read; read = next())
      if (read->name == name)
        return read;
    return {};
  }

  bool ends() { return client_.ends(); }

private:
  static void check(const event_read& read) {
    if (read.name.empty())
      return;
    const std::string schema = read.name == "change"   ? "Change"
                               : read.name == "health" ? "Health"
                                                       : "Reset";
    CHECK(undocumented_in(schema, read.data) == "");
  }

  raw_client client_;
  std::string head_;
};
