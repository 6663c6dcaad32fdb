#pragma once

#include "http/event_parser.hpp"
#include "messages/error.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace httplib {
class Client;
}

namespace volumeviz::http {

/// The address of a running node.
struct node_url {
  std::string origin; ///< scheme, host and port
  std::string prefix; ///< of all paths, behind a reverse proxy; often empty
};

/// "http://HOST[:PORT][/PREFIX]", or https. ec::bad_request for anything else.
result<node_url> parse_node_url(const std::string& url);

/// Follows the feed of a node. Blocks; stop() may be called from another thread.
class feed_client {
public:
  /// `query`: the filters, encoded; may be empty.
  feed_client(const node_url& where, std::string token, const std::string& query);
  ~feed_client();
  feed_client(const feed_client&) = delete;
  feed_client& operator=(const feed_client&) = delete;

  struct listener {
    std::function<void()> connected;
    std::function<void(const stream_event&)> event;
  };
  /// Why a stream has ended. A refusal would be the same the next time. `cursor_unknown`: the node
  /// does not know the cursor, since its database is another one or was restored; the next
  /// connection has none, and begins with what happens then.
  struct ending {
    bool is_refused = false;
    bool cursor_unknown = false;
    std::string why;
  };

  /// One connection, from the cursor of what was read last. Returns when it has ended.
  ending follow(const listener& tell);
  void stop();

private:
  const std::string path_;
  const std::string token_;
  event_parser parser_;
  std::atomic<bool> stopped_{false};
  std::unique_ptr<httplib::Client> client_;
};

} // namespace volumeviz::http
