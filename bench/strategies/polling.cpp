#include "bench/floor/least_writer.hpp"
#include "bench/floor/plain_client.hpp"
#include "bench/strategies/strategy.hpp"
#include "bench/strategies/worker.hpp"

#include <boost/json.hpp>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <unordered_map>

namespace volumeviz::bench {

namespace json = boost::json;

namespace {

constexpr auto poll_host = "poll";
constexpr std::chrono::seconds interval{1};

/// The entries of a list as text, by key.
using entries = std::unordered_map<std::string, std::string>;

entries entries_of(const json::array& list, std::string_view key) {
  entries result;
  for (const auto& x : list)
    result.emplace(json::value_to<std::string>(x.at(key)), json::serialize(x));
  return result;
}

class polling final : public strategy {
public:
  polling(const std::string& socket, const std::string& database_url)
      : docker_{socket}, rows_{make_least_writer(database_url, poll_host)} {}
  ~polling() override {
    thread_.stop();
    thread_.join();
  }

  std::string host() const override { return poll_host; }
  double cpu_ms() const override { return thread_.cpu_ms(); }

private:
  void run(const std::stop_token& stop) try {
    std::mutex mutex;
    std::unique_lock lock{mutex};
    std::condition_variable_any stopped;
    for (auto next = clock::now(); !stop.stop_requested(); next += interval) {
      poll();
      stopped.wait_until(lock, stop, next + interval, [] { return false; });
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "the strategy \"poll\" ended: %s\n", e.what());
  }

  void poll() {
    const auto answer = json::parse(docker_.get("/volumes"));
    const auto containers = json::parse(docker_.get("/containers/json?all=1"));
    const auto* list = answer.at("Volumes").if_array();
    if (auto now = list ? entries_of(*list, "Name") : entries{}; now != volumes_) {
      write(now);
      volumes_ = std::move(now);
    }
    // Compared like the volumes. No container changes while this is measured, so none is written.
    if (auto now = entries_of(containers.as_array(), "Id"); now != containers_)
      containers_ = std::move(now);
  }

  void write(const entries& now) {
    const auto lacks = [](const entries& in, const entries::value_type& x) {
      const auto at = in.find(x.first);
      return at == in.end() || at->second != x.second;
    };
    rows_->begin();
    for (const auto& x : volumes_)
      if (lacks(now, x))
        rows_->remove_volume(x.first);
    for (const auto& x : now)
      if (lacks(volumes_, x))
        rows_->insert(volume_row_of(x.second));
    rows_->commit();
  }

  plain_client docker_;
  std::unique_ptr<least_writer> rows_;
  entries volumes_, containers_;
  worker thread_{std::jthread{[this](const std::stop_token& stop) { run(stop); }}};
};

} // namespace

std::unique_ptr<strategy> watch_by_polling(const std::string& socket,
                                           const std::string& database_url) {
  return std::make_unique<polling>(socket, database_url);
}

} // namespace volumeviz::bench
