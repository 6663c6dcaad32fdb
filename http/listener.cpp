#include "http/listener.hpp"

#include "http/response_stream.hpp"

#include <httplib.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <netdb.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace volumeviz::http {

namespace {

using namespace std::chrono_literals;

/// The HTTP library with its own connection handling replaced: sockets go to the waiting room
/// instead of each holding a thread, and a request comes back from there when it is complete. The
/// library parses it and writes the answer.
class hardened_server final : public httplib::Server {
public:
  hardened_server(listener_limits limits, std::function<response(const request&)> answer)
      : limits_{limits}, answer_{std::move(answer)}, pool_{limits.threads, limits.queued_requests,
                                                           limits.patience,
                                                           [this](connection who, bool too_late) {
                                                             serve(std::move(who), too_late);
                                                           }},
        room_{limits.waiting, [this](connection who) { submit(std::move(who)); }} {
    new_task_queue = [] { return new direct_queue; }; // the library deletes it
    set_tcp_nodelay(true); // head and body are two writes: 43 ms a request otherwise
    set_socket_options([](int socket) {
      // Not SO_REUSEPORT, the library's default: a second program could share the port unnoticed.
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    set_keep_alive_timeout(
        std::chrono::duration_cast<std::chrono::seconds>(limits.waiting.next_request).count());
    set_keep_alive_max_count(static_cast<size_t>(limits.requests_per_connection));
    set_default_headers({{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}});
    // All routing is ours and happens here, before the library would read a body.
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
          out.status = 500; // without the exception's text, which the library would show
        });
  }

  ~hardened_server() override { end(); }

  /// After bind: the library's backlog of 5 is a compiled-in constant.
  void widen_backlog() { ::listen(svr_sock_, SOMAXCONN); }

  /// Before stop(): answers from now on end their connection, and slow readers are cut.
  void begin_stop() { stopping_ = true; }

  /// After the accepting thread has ended.
  void end() {
    stopping_ = true;
    room_.stop();
    pool_.stop();
  }

private:
  /// Runs each job at once on the accepting thread: all it does is to bring a socket to the waiting
  /// room.
  class direct_queue final : public httplib::TaskQueue {
    using answer = decltype(std::declval<httplib::TaskQueue&>().enqueue({})); // void, later bool
    answer enqueue(std::function<void()> job) override {
      job();
      return static_cast<answer>(true);
    }
    void shutdown() override {}
  };

  bool process_and_close_socket(socket_t socket) override {
    ::fcntl(socket, F_SETFD, FD_CLOEXEC);
    room_.wait_for_request(connection{socket});
    return true;
  }

  /// On the waiting room's thread.
  void submit(connection who) {
    if (auto refused = pool_.submit(std::move(who)))
      room_.refuse(std::move(*refused),
                   {503, "too many requests at once; try again in some seconds"});
  }

  /// On a thread of the pool.
  void serve(connection who, bool too_late) {
    if (too_late)
      return room_.refuse(std::move(who),
                          {503, "too many requests at once; try again in some seconds"});
    auto head = prepare_head(std::string_view{who.input}.substr(0, who.head_size));
    if (!head)
      return room_.refuse(std::move(who), head.error());
    who.input.erase(0, who.head_size);
    who.scanned = who.head_size = 0;
    ++who.requests;
    const bool last = !head->keep_alive || head->has_body
                      || who.requests >= limits_.requests_per_connection || stopping_;
    response_stream stream{who.socket(), std::move(head->text), limits_.write_stall,
                           limits_.write_all, stopping_};
    const bool answered = process(&hardened_server::process_request, stream, last) && stream.good();
    if (answered && !last)
      room_.wait_for_request(std::move(who));
    else if (answered)
      room_.linger(std::move(who));
  }

  // process_request has more parameters from cpp-httplib 0.16 on; the one that exists is chosen by
  // its type.
  using setup = const std::function<void(httplib::Request&)>&;
  bool process(bool (httplib::Server::*run)(httplib::Stream&, bool, bool&, setup),
               httplib::Stream& stream, bool last) {
    bool closed = false;
    return (this->*run)(stream, last, closed, nullptr);
  }
  bool process(bool (httplib::Server::*run)(httplib::Stream&, const std::string&, int,
                                            const std::string&, int, bool, bool&, setup),
               httplib::Stream& stream, bool last) {
    bool closed = false;
    return (this->*run)(stream, {}, 0, {}, 0, last, closed, nullptr);
  }

  void give(const httplib::Request& in, httplib::Response& out) {
    // The library loses all but the last part of a value with several "=": ?label=k=v.
    const auto mark = in.target.find('?');
    const auto query = mark == std::string::npos ? std::string_view{}
                                                 : std::string_view{in.target}.substr(mark + 1);
    auto answer = answer_({.method = in.method,
                           .path = in.path,
                           .query = parse_parameters(query),
                           .authorization = in.get_header_value("Authorization")});
    out.status = answer.status;
    for (const auto& [name, value] : answer.headers)
      out.set_header(name, value);
    if (stopping_)
      out.set_header("Connection", "close");
    if (in.method == "HEAD")
      out.set_header("Accept-Ranges",
                     "none"); // the library would promise ranges, which are not given here
    out.body = std::move(answer.body);
    out.set_header("Content-Type", answer.type);
  }

  const listener_limits limits_;
  const std::function<response(const request&)> answer_;
  std::atomic<bool> stopping_{false};
  worker_pool pool_;
  waiting_room room_;
};

class running_server final : public server {
public:
  running_server(config::host_port where, const listener_limits& limits,
                 std::function<response(const request&)> answer)
      : where_{std::move(where)}, http_{limits, std::move(answer)} {}

  ~running_server() override {
    std::unique_lock lock{mutex_};
    stopping_ = true;
    changed_.notify_all();
    http_.begin_stop();
    // The library forgets a stop() that comes before it has begun to accept.
    while (accepting_ && !changed_.wait_for(lock, 10ms, [this] { return !accepting_; })) {
      lock.unlock();
      http_.stop();
      lock.lock();
    }
    lock.unlock();
    if (thread_.joinable())
      thread_.join();
    http_.end();
  }

  std::uint16_t port() const noexcept override { return where_.port; }

  result<void> start() {
    if (auto bound = bind(); !bound)
      return bound;
    accepting_ = true;
    thread_ = std::thread{[this] { accept_until_stopped(); }};
    return {};
  }

private:
  result<void> bind() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(where_.host.c_str(), nullptr, &hints, &found); error != 0)
      return refuse(std::string{"the host can't be resolved: "} + ::gai_strerror(error));
    ::freeaddrinfo(found);
    errno = 0;
    const int port = where_.port == 0 ? http_.bind_to_any_port(where_.host)
                     : http_.bind_to_port(where_.host, where_.port) ? where_.port
                                                                    : -1;
    if (port < 0)
      return refuse(reason(errno));
    if (where_.port == 0)
      where_.port = static_cast<std::uint16_t>(port);
    http_.widen_backlog();
    return {};
  }

  tl::unexpected<failure> refuse(const std::string& why) const {
    const auto host =
        where_.host.find(':') == std::string::npos ? where_.host : "[" + where_.host + "]";
    return fail(ec::bad_request, "couldn't listen on " + host + ":" + std::to_string(where_.port)
                                     + ": " + why
                                     + "; set HTTP_LISTEN to an address and a port that are free");
  }

  static std::string reason(int error) {
    switch (error) {
    case EADDRINUSE:
      return "the port is in use by another program";
    case EACCES:
      return "ports below 1024 need the right to bind them";
    case EADDRNOTAVAIL:
      return "this machine has no such address";
    case 0:
      return "the system refused without a reason";
    default:
      return std::strerror(error); // NOLINT(concurrency-mt-unsafe): glibc's is thread-local
    }
  }

  /// The library gives up on errors of accept() that pass, such as a connection reset before it was
  /// accepted or no free descriptor in the whole system: listen again until it is us who stop.
  void accept_until_stopped() {
    for (;;) {
      http_.listen_after_bind();
      std::unique_lock lock{mutex_};
      do {
        if (changed_.wait_for(lock, 50ms, [this] { return stopping_; })) {
          accepting_ = false;
          changed_.notify_all();
          return;
        }
      } while (!bind());
    }
  }

  config::host_port where_;
  hardened_server http_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  ///< guarded by mutex_
  bool accepting_ = false; ///< guarded by mutex_ once the thread runs
  std::thread thread_;
};

} // namespace

result<std::unique_ptr<server>> listen(const config::host_port& where,
                                       const listener_limits& limits,
                                       std::function<response(const request&)> answer) {
  try {
    auto made = std::make_unique<running_server>(where, limits, std::move(answer));
    if (auto started = made->start(); !started)
      return tl::unexpected{started.error()};
    return made;
  } catch (const std::system_error& error) { // no thread, no descriptor
    return fail(ec::internal, std::string{"couldn't start the HTTP server: "} + error.what());
  }
}

} // namespace volumeviz::http
