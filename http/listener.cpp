#include "http/listener.hpp"

#include "http/acceptor.hpp"
#include "http/gzip.hpp"
#include "http/head.hpp"
#include "http/response_stream.hpp"
#include "http/stream_request.hpp"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace volumeviz::http {

namespace {

// A packet's worth: smaller answers arrive no sooner when they are compressed.
constexpr std::size_t least_to_compress = 1400;

/// The HTTP library without its connection handling. An idle connection holds no thread; a complete
/// request goes to the worker pool. There the library parses the request line and writes the
/// answer. The stock server answers no request while 1,000 connections are idle (measured).
class hardened_server final : public httplib::Server {
public:
  hardened_server(listener_limits limits, std::function<response(const request&)> answer,
                  std::shared_ptr<event_streams> streams)
      : limits_{limits}, answer_{std::move(answer)}, streams_{std::move(streams)},
        pool_{limits.threads, limits.queued_requests, limits.max_queued, limits.idle_thread,
              [this](connection peer, bool too_late) { serve(std::move(peer), too_late); }},
        idle_{limits.idle, [this](connection peer) { submit(std::move(peer)); }} {
    set_keep_alive_timeout(
        std::chrono::duration_cast<std::chrono::seconds>(limits.idle.next_request).count());
    set_keep_alive_max_count(static_cast<size_t>(limits.requests_per_connection));
    set_default_headers({{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}});
    // The router answers here, before the library would read a body.
    set_pre_routing_handler([this](const httplib::Request& in, httplib::Response& out) {
      give(in, out);
      return HandlerResponse::Handled;
    });
    set_error_handler([](const httplib::Request&, httplib::Response& out) {
      if (out.body.empty()) // the library's own refusals
        out.set_content(error_response(out.status, "this is not a valid HTTP/1.1 request").body,
                        "application/json");
    });
    set_exception_handler(
        [](const httplib::Request&, httplib::Response& out, const std::exception_ptr&) {
          out.status = 500; // the library would show the exception's text
        });
  }

  ~hardened_server() override { end(); }

  idle_connections& idle() noexcept { return idle_; }

  /// From now on each answer ends its connection, and slow readers have a second.
  void begin_stop() {
    stopping_ = true;
    if (streams_)
      streams_->stop();
  }

  /// Call it after the listening socket is closed.
  void end() {
    stopping_ = true;
    idle_.stop();
    pool_.stop();
  }

private:
  /// On the thread of the idle connections.
  void submit(connection peer) {
    if (auto refused = pool_.submit(std::move(peer)))
      idle_.refuse(std::move(*refused),
                   {503, "too many requests at once; try again in some seconds"});
  }

  /// On a thread of the pool.
  void serve(connection peer, bool too_late) {
    if (too_late)
      return idle_.refuse(std::move(peer),
                          {503, "too many requests at once; try again in some seconds"});
    auto head = prepare_head(std::string_view{peer.input}.substr(0, peer.head_size));
    if (!head)
      return idle_.refuse(std::move(peer), head.error());
    if (streams_)
      if (auto asked = stream_request(*head))
        return serve_stream(std::move(peer), *asked);
    peer.input.erase(0, peer.head_size);
    peer.scanned = peer.head_size = 0;
    ++peer.requests;
    const bool last = !head->keep_alive || head->headers.has_body
                      || peer.requests >= limits_.requests_per_connection || stopping_;
    response_stream stream{peer.socket(), std::move(head->text), limits_.write_stall,
                           limits_.write_all, stopping_};
    const auto& headers = head->headers;
    const bool answered = process(&hardened_server::process_request, stream, last,
                                  [&headers](httplib::Request& in) { add_headers(headers, in); })
                          && stream.good();
    if (answered && !last)
      idle_.wait_for_request(std::move(peer));
    else if (answered)
      idle_.half_close(std::move(peer));
  }

  /// The connection is a stream from now on, or ends with the answer.
  void serve_stream(connection peer, const request& asked) {
    auto answer = answer_(asked);
    const bool without_body = asked.method == "HEAD";
    if (answer.stream && !without_body) {
      auto head = stream_begin(answer.stream->after);
      auto refused = streams_->add(std::move(peer), std::move(*answer.stream), std::move(head));
      if (refused)
        idle_.refuse(std::move(*refused),
                     {503, "too many subscribers of the feed; try again in some seconds"});
      return;
    }
    peer.send_now(answer.stream ? stream_head() : raw_answer(answer, without_body));
    idle_.half_close(std::move(peer));
  }

  // process_request has more parameters from cpp-httplib 0.16 on; the one that exists is chosen by
  // its type.
  using setup = const std::function<void(httplib::Request&)>&;
  bool process(bool (httplib::Server::*run)(httplib::Stream&, bool, bool&, setup),
               httplib::Stream& stream, bool last, setup with_headers) {
    bool closed = false;
    return (this->*run)(stream, last, closed, with_headers);
  }
  bool process(bool (httplib::Server::*run)(httplib::Stream&, const std::string&, int,
                                            const std::string&, int, bool, bool&, setup),
               httplib::Stream& stream, bool last, setup with_headers) {
    bool closed = false;
    return (this->*run)(stream, {}, 0, {}, 0, last, closed, with_headers);
  }

  // What the head has parsed reaches give() as headers of the library's request. No client can send
  // the last three names: the library would act on the real headers.
  static constexpr const char* authorization = "Authorization";
  static constexpr const char* host = "Host";
  static constexpr const char* origin = "Origin";
  static constexpr const char* if_none_match = "(if none match)";
  static constexpr const char* takes_gzip = "(takes gzip)";
  static constexpr const char* has_body = "(has body)";

  static void add_headers(const request_headers& from, httplib::Request& to) {
    to.headers.emplace(authorization, from.authorization);
    if (from.from.host)
      to.headers.emplace(host, *from.from.host);
    if (from.from.origin)
      to.headers.emplace(origin, *from.from.origin);
    if (!from.if_none_match.empty())
      to.headers.emplace(if_none_match, from.if_none_match);
    if (from.gzip)
      to.headers.emplace(takes_gzip, "");
    if (from.has_body)
      to.headers.emplace(has_body, "");
  }

  static std::optional<std::string> value_of(const httplib::Request& in, const char* name) {
    return in.has_header(name) ? std::optional{in.get_header_value(name)} : std::nullopt;
  }

  void give(const httplib::Request& in, httplib::Response& out) {
    // The library loses all but the last part of a value with several "=": ?label=k=v.
    const auto mark = in.target.find('?');
    const auto query = mark == std::string::npos ? std::string_view{}
                                                 : std::string_view{in.target}.substr(mark + 1);
    auto answer = answer_({.method = in.method,
                           .path = in.path,
                           .query = parse_parameters(query),
                           .authorization = in.get_header_value(authorization),
                           .from = {.host = value_of(in, host), .origin = value_of(in, origin)},
                           .has_body = in.has_header(has_body),
                           .gzip = in.has_header(takes_gzip),
                           .if_none_match = in.get_header_value(if_none_match)});
    const auto is_coding = [](const auto& header) { return header.first == "Content-Encoding"; };
    if (answer.body.size() >= least_to_compress && std::ranges::none_of(answer.headers, is_coding))
      compress(answer, in.has_header(takes_gzip));
    out.status = answer.status;
    for (const auto& [name, value] : answer.headers) {
      out.headers.erase(name); // the default
      out.set_header(name, value);
    }
    if (stopping_)
      out.set_header("Connection", "close");
    if (in.method == "HEAD")
      out.set_header("Accept-Ranges",
                     "none"); // the library would offer ranges, which no path supports
    out.body = std::move(answer.body);
    out.set_header("Content-Type", answer.type);
  }

  static void compress(response& answer, bool accepted) {
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    auto smaller = accepted ? gzip(answer.body) : std::string{};
    if (smaller.empty())
      return;
    answer.body = std::move(smaller);
    answer.headers.emplace_back("Content-Encoding", "gzip");
  }

  const listener_limits limits_;
  const std::function<response(const request&)> answer_;
  const std::shared_ptr<event_streams> streams_; ///< null: there are none
  std::atomic<bool> stopping_{false};
  worker_pool pool_;
  idle_connections idle_;
};

class running_server final : public server {
public:
  running_server(const listener_limits& limits, std::function<response(const request&)> answer,
                 std::shared_ptr<event_streams> streams)
      : http_{limits, std::move(answer), std::move(streams)},
        acceptor_{[this](connection peer) { http_.idle().wait_for_request(std::move(peer)); },
                  [this] { http_.idle().close_oldest(); }} {}

  ~running_server() override {
    http_.begin_stop();
    http_.idle().stop_accepting();
    acceptor_.close();
    http_.end();
  }

  std::uint16_t port() const noexcept override { return port_; }

  result<void> start(const text::host_port& where) {
    auto port = acceptor_.listen(where);
    if (!port)
      return tl::unexpected{port.error()};
    port_ = *port;
    http_.idle().accept_on(acceptor_.socket(), [this] { return acceptor_.accept_some(); });
    return {};
  }

private:
  hardened_server http_;
  acceptor acceptor_;
  std::uint16_t port_ = 0;
};

} // namespace

result<std::unique_ptr<server>> listen(const text::host_port& where, const listener_limits& limits,
                                       std::function<response(const request&)> answer,
                                       std::shared_ptr<event_streams> streams) {
  try {
    auto made = std::make_unique<running_server>(limits, std::move(answer), std::move(streams));
    if (auto started = made->start(where); !started)
      return tl::unexpected{started.error()};
    return made;
  } catch (const std::system_error& error) { // no thread, no descriptor
    return fail(ec::internal, std::string{"couldn't start the HTTP server: "} + error.what());
  }
}

} // namespace volumeviz::http
