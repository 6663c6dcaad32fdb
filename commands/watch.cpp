#include "commands/commands.hpp"
#include "commands/signals.hpp"
#include "http/change_line.hpp"
#include "http/feed_client.hpp"
#include "text/percent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;
using config::exit_code;
using watch_options = config::command::watch_options;

constexpr auto first_wait = 250ms;
constexpr auto longest_wait = 10s;

std::string query_of(const watch_options& options) {
  std::string query;
  for (const auto& [name, value] :
       {std::pair{"host", &options.host}, std::pair{"volume", &options.volume},
        std::pair{"container", &options.container}})
    if (!value->empty())
      query.append(query.empty() ? "" : "&")
          .append(name)
          .append("=")
          .append(text::percent_encode(*value));
  return query;
}

/// The address that the server of these settings can be reached at.
std::string own_url(const config::settings& settings) {
  auto at = settings.http_listen;
  if (at.host == "0.0.0.0" || at.host == "::")
    at.host = at.host == "::" ? "::1" : "127.0.0.1";
  if (at.port == 0)
    at.port = 8080; // the node logs the port that it has got: --url names it
  return "http://" + to_string(at);
}

/// Prints what the feed tells, on a thread of its own.
class watcher {
public:
  watcher(http::feed_client& client, std::string url, bool json)
      : client_(client), url_(std::move(url)), json_(json),
        colours_(!json && ::isatty(STDOUT_FILENO) == 1) {}

  /// Returns when stop() was called, or the node refuses for good.
  exit_code run() {
    auto wait = std::chrono::milliseconds{first_wait};
    while (!stopped_) {
      bool connected = false;
      const auto ended = client_.follow({.connected =
                                             [&] {
                                               connected = true;
                                               say_connected();
                                             },
                                         .event = [this](const auto& event) { print(event); }});
      if (stopped_)
        break;
      if (ended.is_refused) {
        fmt::print(stderr, "{} refuses: {}\n", url_, ended.why);
        return exit_code::failed;
      }
      if (ended.cursor_unknown) {
        fmt::print(stderr,
                   "changes may be missing here: {}; its database was restored or replaced, so the "
                   "feed goes on from now\n",
                   ended.why);
        continue;
      }
      say_lost(ended.why);
      wait = connected ? std::chrono::milliseconds{first_wait}
                       : std::min<std::chrono::milliseconds>(2 * wait, longest_wait);
      pause(wait);
    }
    return exit_code::fine;
  }

  void stop() {
    stopped_ = true;
    client_.stop();
    stopped_.notify_all();
  }

private:
  void pause(std::chrono::milliseconds wait) const {
    const auto end = std::chrono::steady_clock::now() + wait;
    while (!stopped_ && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(20ms);
  }

  void say_connected() {
    if (is_lost_)
      fmt::print(stderr, "connected again to {}\n", url_);
    is_lost_ = false;
    was_connected_ = true;
  }

  void say_lost(const std::string& why) {
    if (!is_lost_)
      fmt::print(stderr, "{} {}: {}; trying again\n",
                 was_connected_ ? "connection lost to" : "no connection to", url_, why);
    is_lost_ = true;
  }

  void print(const http::stream_event& event) const {
    if (event.name == "change") {
      fmt::print("{}\n", json_ ? event.data : http::change_line(event.data, colours_));
      std::fflush(stdout); // also into a pipe, whose reader follows
      if (std::ferror(stdout) != 0)
        std::_Exit(static_cast<int>(exit_code::fine)); // the reader has ended, as in `| head`
    } else if (event.name == "reset") {
      fmt::print(stderr, "changes are missing here: {}\n", http::reset_line(event.data));
    } else if (event.name == "health") {
      fmt::print(stderr, "the node is {}\n", http::health_line(event.data));
    }
  }

  http::feed_client& client_;
  const std::string url_;
  const bool json_;
  const bool colours_;
  bool was_connected_ = false;
  bool is_lost_ = false;
  std::atomic<bool> stopped_{false};
};

} // namespace

exit_code watch(const config::settings& settings, const watch_options& options) {
  const auto url = options.url.empty() ? own_url(settings) : options.url;
  const auto where = http::parse_node_url(url);
  if (!where) {
    fmt::print(stderr, "volumeviz-events: --url: {}\n", where.error().text);
    return exit_code::wrong_command_line;
  }
  const process_signals signals; // before the thread, which must not get them
  http::feed_client client{*where, settings.http_auth_token, query_of(options)};
  watcher all{client, url, options.json};
  exit_code code = exit_code::fine;
  std::atomic<bool> has_ended{false};
  std::jthread thread{[&] {
    code = all.run();
    has_ended = true;
    signals.end_wait();
  }};
  while (!has_ended) {
    const auto caught = signals.wait(1h);
    if (caught == SIGTERM || caught == SIGINT)
      break;
  }
  all.stop();
  thread.join();
  return code;
}

} // namespace volumeviz::commands
