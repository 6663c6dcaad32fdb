#include "http/feed_client.hpp"

#include "http/stream_request.hpp"
#include "text/host_port.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <httplib.h>

#include <array>
#include <chrono>
#include <utility>

namespace volumeviz::http {

namespace {

using namespace std::chrono_literals;

constexpr auto connect_limit = 3s;
// The server sends a comment every 15 s.
constexpr auto silence_limit = 40s;
constexpr std::size_t longest_refusal = 10'000;

/// These do not become better by asking again.
bool is_final(int status) {
  return status == 400 || status == 401 || status == 403 || status == 404 || status == 405;
}

/// The sentence of {"error": "…"}.
std::string sentence_of(const std::string& body, int status) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(body, error);
  if (!error && parsed.is_object())
    if (const auto* sentence = parsed.get_object().if_contains("error");
        sentence != nullptr && sentence->is_string())
      return std::string{std::string_view{sentence->get_string()}};
  return "status " + std::to_string(status);
}

} // namespace

result<node_url> parse_node_url(const std::string& url) {
  std::string_view rest{url};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!rest.starts_with(scheme))
      continue;
    rest.remove_prefix(scheme.size());
    const auto authority = rest.substr(0, rest.find('/'));
    auto prefix = rest.substr(authority.size());
    while (prefix.ends_with('/'))
      prefix.remove_suffix(1);
    if (text::host_of(authority) && prefix.find_first_of("?#") == std::string_view::npos)
      return node_url{std::string{scheme}.append(authority), std::string{prefix}};
  }
  return fail(ec::bad_request, "a node's address is http://HOST:PORT or https://HOST:PORT");
}

feed_client::feed_client(const node_url& where, std::string token, const std::string& query)
    : path_{where.prefix + std::string{stream_path} + (query.empty() ? "" : "?" + query)},
      token_{std::move(token)}, client_{std::make_unique<httplib::Client>(where.origin)} {
  client_->set_connection_timeout(connect_limit);
  client_->set_read_timeout(silence_limit);
}

feed_client::~feed_client() = default;

feed_client::ending feed_client::follow(const listener& tell) {
  httplib::Headers headers{{"Accept", "text/event-stream"}};
  if (!token_.empty())
    headers.emplace("Authorization", "Bearer " + token_);
  if (!parser_.last_id().empty())
    headers.emplace("Last-Event-ID", parser_.last_id());
  parser_.begin_stream();
  int status = 0;
  std::string refusal;
  const auto answered = client_->Get(
      path_, headers,
      [&](const httplib::Response& head) {
        status = head.status;
        if (status == 200)
          tell.connected();
        return !stopped_;
      },
      [&](const char* data, std::size_t size) {
        if (stopped_)
          return false;
        if (status == 200)
          return parser_.parse({data, size}, [&](const stream_event& event) {
            tell.event(event);
            return !stopped_;
          });
        refusal.append(data, std::min(size, longest_refusal - refusal.size()));
        return true;
      });
  // With this cursor: if it is something else, the next answer is the same.
  if (status == 400 && !parser_.last_id().empty()) {
    parser_.forget_id();
    return {false, true, sentence_of(refusal, status)};
  }
  if (status != 0 && status != 200)
    return {is_final(status), false, sentence_of(refusal, status)};
  return {false, false,
          answered || status == 200
              ? "the node has ended the stream"
              : "the node does not answer (" + httplib::to_string(answered.error()) + ")"};
}

void feed_client::stop() {
  stopped_ = true;
  client_->stop();
}

} // namespace volumeviz::http
