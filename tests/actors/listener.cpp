#include "tests/actors/listener.hpp"

#include <spdlog/sinks/base_sink.h>

#include <mutex>

namespace volumeviz::testing {

namespace {

std::uint64_t sum(const std::vector<event_count>& counts) {
  std::uint64_t n = 0;
  for (const auto& x : counts)
    n += x.count;
  return n;
}

} // namespace

std::uint64_t heard::processed() const {
  std::uint64_t n = 0;
  for (const auto& x : work)
    n += sum(x.processed);
  return n;
}

std::uint64_t heard::failed() const {
  std::uint64_t n = 0;
  for (const auto& x : work)
    n += sum(x.failed);
  return n;
}

listener::listener(caf::actor_config& config, std::shared_ptr<heard> what)
    : instrumented(config, make_slot("listener")), heard_(std::move(what)) {
  handed_over();
}

caf::behavior listener::make_behavior() {
  const auto& h = heard_;
  return {
      [h](const docker_event& x) { h->events.push_back(x); },
      [h](atom::overflow) { ++h->overflows; },
      [h](atom::reconcile, list_reason why, std::uint64_t run) {
        h->reconciles.emplace_back(why, run);
      },
      [h](atom::recheck, const std::vector<std::string>& keys) { h->rechecks.push_back(keys); },
      [h](atom::barrier, timestamp at) { h->barriers.push_back(at); },
      [h](atom::listing, resource_kind kind, std::uint64_t run) {
        h->listings.emplace_back(kind, run);
      },
      [h](atom::verified, resource_kind kind, timestamp at) { h->verified.emplace_back(kind, at); },
      [h](const work_report& x) { h->work.push_back(x); },
      [h](const list_report& x) { h->lists.push_back(x); },
      [h](const rejected_report& x) { h->rejected.push_back(x); },
      [h](const stream_report& x) { h->streams.push_back(x); },
      [h](const store_report& x) { h->stores.push_back(x); },
      [h](const reconcile_status& x) { h->statuses.push_back(x); },
      [h](atom::run_done, double seconds) { h->runs_done.push_back(seconds); },
      [h](atom::drift, const std::vector<row_change>& x) { h->drift.push_back(x); },
      [h](atom::lost, std::uint64_t n) { h->lost.push_back(n); },
      [h](atom::opened, const daemon_identity& x) { h->opened.push_back(x); },
      [h](atom::ended, const failure& x) { h->ended.push_back(x); },
      [h](atom::left_out, resource_kind kind, const std::string& x) {
        h->left_out.emplace_back(kind, x);
      },
      [h](atom::trouble, resource_kind kind, const failure& x) {
        h->troubles.emplace_back(kind, x);
      },
      [h](const unverified_report& x) { h->unverified.push_back(x); },
      [h](atom::wake) { ++h->wakes; },
      [h](atom::stop) {
        ++h->stops;
        return true;
      },
      [](atom::alive) { return true; },
  };
}

class kept_log::keeper final : public spdlog::sinks::base_sink<std::mutex> {
public:
  std::string text() {
    std::lock_guard lock(mutex_);
    return text_;
  }

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    text_.append(line.data(), line.size());
  }
  void flush_() override {}

private:
  std::string text_;
};

kept_log::kept_log()
    : keeper_(std::make_shared<keeper>()), log_(std::make_shared<spdlog::logger>("test", keeper_)) {
  log_->set_level(spdlog::level::debug);
  log_->set_pattern("%l %v");
}

std::string kept_log::text() const {
  return keeper_->text();
}

std::size_t kept_log::count(const std::string& words) const {
  const auto all = text();
  std::size_t n = 0;
  for (auto i = all.find(words); i != std::string::npos; i = all.find(words, i + words.size()))
    ++n;
  return n;
}

} // namespace volumeviz::testing
