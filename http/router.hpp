#pragma once

#include "feed/subscriber.hpp"
#include "http/access.hpp"
#include "http/node_view.hpp"
#include "http/parameters.hpp"
#include "http/single_resource.hpp"
#include "http/stored_rows.hpp"

#include <functional>
#include <optional>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::http {

/// The parts of a request that the paths use; none reads a body.
struct request {
  std::string method;
  std::string path; ///< percent-decoded, without the query
  parameters query;
  std::string authorization; ///< the header's value
  provenance from;
  std::string last_event_id = {}; ///< the header's value
  bool has_body = false;
  bool gzip = false;              ///< the client accepts it
  std::string if_none_match = {}; ///< the header's value
};

struct response {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  /// The answer is a stream of events, which begins here; it has no body.
  std::optional<feed::subscription> stream = {};
};

response json_response(int status, std::string body);
response error_response(int status, const std::string& sentence);

/// Answers every path of the API, without sockets. Thread-safe.
class router {
public:
  /// `view` and what `stored` refers to must outlive the router. At most `inventory_slots` requests
  /// at a time may wait for the database, so that a hung database leaves threads for health.
  router(
      node_view& view, stored_rows stored, access_rules access, std::ptrdiff_t inventory_slots,
      std::function<void()> before_metrics = [] {});

  /// Never throws: an exception inside becomes a 500 without details.
  response answer(const request& what) noexcept;

  /// Each path with its method, as http/api/openapi.json writes it. Without the page's files.
  static std::vector<std::pair<std::string, std::string>> paths();

private:
  struct route {
    const char* path;
    const char* method; ///< "GET" (and HEAD with it) or "POST"
    response (router::*handler)(const request&);
  };
  static const std::vector<route>& routes();

  response page(const request& what);
  response openapi(const request& what);
  response health(const request&);
  response events(const request&);
  response live(const request&);
  response ready(const request&);
  response reconcile(const request& what);
  response metrics(const request&);
  response actors(const request&);
  response volumes(const request& what);
  response containers(const request& what);
  response mounts(const request& what);
  response hosts(const request& what);
  response changes(const request& what);
  response history(const request& what);
  response stream(const request& what);
  response resource(const request& what, const resource_path& path);
  response hosts_of_a_node(const persistence::query& asked);
  response hosts_of_a_hub(const persistence::query& asked);
  /// Why the path of rows, or of the past, has no answer; nothing when it has.
  std::optional<response> nothing_stored(bool of_the_past) const;
  /// `answer` may wait for the database.
  template <class Answer>
  response with_slot(Answer answer);
  /// `answer` turns a persistence::query into a response; it may wait for the database.
  template <class Answer>
  response with_query(const request& what, listed_rows kind, Answer answer);
  template <class Row>
  response inventory_page(
      const request& what, listed_rows kind,
      result<persistence::page<Row>> (persistence::inventory::*rows_of)(const persistence::query&));
  response route_request(const request& asked);

  node_view& view_;
  stored_rows stored_;
  access_rules access_;
  std::counting_semaphore<> inventory_slots_;
  std::function<void()> before_metrics_;
};

} // namespace volumeviz::http
