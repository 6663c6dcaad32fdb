#pragma once

#include "feed/change_feed.hpp"
#include "feed/history_reader.hpp"
#include "http/connection.hpp"
#include "runtime/bell.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace volumeviz::http {

struct stream_parts {
  feed::reader_parts reader;                                ///< without `deliver`
  std::size_t most = 1000;                                  ///< subscribers
  std::shared_ptr<bell> commits = std::make_shared<bell>(); ///< rings after each commit
  feed::feed_limits limits{};
  std::function<void(std::size_t)> subscribers = [](std::size_t) {}; ///< how many there are now
  std::function<void(std::size_t)> cut_off = [](std::size_t) {};     ///< so many more
};

/// The connections of the feed's subscribers. One thread writes to all of them, without ever
/// waiting for one, and another reads from the database. Both start with the first subscriber.
class event_streams {
public:
  explicit event_streams(stream_parts parts);
  ~event_streams(); ///< stops

  /// Takes the connection over; returns it when there are too many already. `head` is sent first.
  std::optional<connection> add(connection peer, feed::subscription what, std::string head);
  /// Ends all streams. Those that are added later are refused.
  void stop();

private:
  struct arrival {
    connection peer;
    feed::subscription what;
    std::string head;
  };
  struct stream {
    connection peer;
    bool is_blocked = false; ///< its socket takes no more for now
  };

  bool start_threads();
  void read_newest();
  void run();
  bool take_input();
  void take_arrival(arrival x);
  void wait();
  void flush_ready();
  void flush(std::uint64_t number, stream& x);
  /// Writes what the socket takes. False when the connection has ended.
  bool write(std::uint64_t number, stream& x);
  void watch(std::uint64_t number, stream& x, bool for_room);
  void end(std::uint64_t number);
  void end_those_cut_off();
  void rest_without_subscribers();
  void count_down(std::size_t ended);
  void signal() const noexcept;

  const stream_parts parts_;
  int epoll_;
  int wakeup_; ///< an eventfd
  std::mutex mutex_;
  std::vector<arrival> arrivals_;                ///< guarded by mutex_
  std::vector<feed::reading> readings_;          ///< guarded by mutex_
  std::size_t count_ = 0;                        ///< guarded by mutex_
  bool stopped_ = false;                         ///< guarded by mutex_
  std::unique_ptr<feed::history_reader> reader_; ///< made under mutex_, with the thread
  feed::change_feed feed_;                       ///< used by the thread only, as all below
  std::unordered_map<std::uint64_t, stream> streams_;
  bool is_following_ = false;
  std::vector<std::string_view> pieces_;
  std::thread thread_;
};

} // namespace volumeviz::http
