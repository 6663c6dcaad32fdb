#include "bench/floor/least_writer.hpp"
#include "bench/floor/plain_client.hpp"
#include "bench/strategies/strategy.hpp"
#include "bench/strategies/worker.hpp"

#include <boost/json.hpp>

#include <cstdio>

namespace volumeviz::bench {

namespace json = boost::json;

namespace {

constexpr auto origin_host = "origin";

class event_by_event final : public strategy {
public:
  event_by_event(const std::string& socket, const std::string& database_url)
      : stream_{socket}, docker_{socket}, rows_{make_least_writer(database_url, origin_host)},
        thread_{begin()} {}
  ~event_by_event() override {
    stream_.cut();
    thread_.join();
  }

  std::string host() const override { return origin_host; }
  double cpu_ms() const override { return thread_.cpu_ms(); }

private:
  /// The stream is open when the thread begins, so no event after the construction is missed.
  std::jthread begin() {
    // {"type":["volume"],"event":["create","destroy"]}
    stream_.open("/events?filters=%7B%22type%22%3A%5B%22volume%22%5D%2C%22event%22%3A%5B%22create%"
                 "22%2C%22destroy%22%5D%7D");
    return std::jthread{[this] { run(); }};
  }

  void run() try {
    std::string unread;
    for (auto part = stream_.read(); !part.empty(); part = stream_.read()) {
      unread += part;
      for (auto end = unread.find('\n'); end != std::string::npos; end = unread.find('\n')) {
        handle(json::parse(unread.substr(0, end)).as_object());
        unread.erase(0, end + 1);
      }
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "the strategy \"origin\" ended: %s\n", e.what());
  }

  void handle(const json::object& event) {
    const auto name = json::value_to<std::string>(event.at("Actor").at("ID"));
    if (event.at("Action").as_string() == "create")
      rows_->insert(volume_row_of(docker_.get("/volumes/" + name)));
    else
      rows_->remove_volume(name);
  }

  plain_client stream_, docker_;
  std::unique_ptr<least_writer> rows_;
  worker thread_;
};

} // namespace

std::unique_ptr<strategy> watch_event_by_event(const std::string& socket,
                                               const std::string& database_url) {
  return std::make_unique<event_by_event>(socket, database_url);
}

} // namespace volumeviz::bench
