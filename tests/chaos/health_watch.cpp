#include "tests/chaos/health_watch.hpp"

#include "tests/support/http_probe.hpp"

#include <algorithm>
#include <condition_variable>

namespace volumeviz::chaos {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds interval{100};

/// The first reason of the first check that gives one.
std::string first_reason(const json::object& checks) {
  for (const auto& check : checks) {
    const auto* object = check.value().if_object();
    const auto* reasons = object ? object->if_contains("reasons") : nullptr;
    if (reasons && reasons->is_array() && !reasons->get_array().empty())
      return std::string{check.key()} + ": "
             + std::string{reasons->get_array().front().as_string()};
  }
  return {};
}

} // namespace

health_watch::health_watch(std::function<std::uint16_t()> port)
    : port_{std::move(port)}, thread_{[this](const std::stop_token& stop) { listen(stop); }} {
}

health_watch::~health_watch() = default;

void health_watch::begin() {
  const std::scoped_lock lock{mutex_};
  heard_ = {};
  begin_ = clock::now();
}

health_heard health_watch::heard() const {
  const std::scoped_lock lock{mutex_};
  return heard_;
}

std::string health_watch::status() const {
  return ask().status;
}

health_watch::word health_watch::ask() const {
  const auto port = port_();
  if (port == 0)
    return {.status = "silent", .reason = {}};
  const auto answer = support::http_probe{port}.get("/api/v1/health").json();
  const auto* health = answer.if_object();
  const auto* status = health ? health->if_contains("status") : nullptr;
  const auto* checks = health ? health->if_contains("checks") : nullptr;
  if (!status || !status->is_string() || !checks || !checks->is_object())
    return {.status = "silent", .reason = {}};
  word said{.status = std::string{status->get_string()},
            .reason = first_reason(checks->get_object())};
  const auto* staleness = checks->at("events").as_object().if_contains("staleness_seconds");
  if (staleness && staleness->is_number())
    said.staleness = staleness->to_number<double>();
  return said;
}

void health_watch::listen(const std::stop_token& stop) {
  std::condition_variable_any never;
  std::unique_lock lock{mutex_};
  while (!never.wait_for(lock, stop, interval, [] { return false; }) && !stop.stop_requested()) {
    const auto asked = begin_;
    lock.unlock();
    const auto said = ask();
    lock.lock();
    if (asked != begin_)
      continue; // of the time before
    const auto at = std::chrono::duration<double, std::milli>(clock::now() - begin_).count();
    ++heard_.times[said.status];
    heard_.worst_staleness = std::max(heard_.worst_staleness, said.staleness);
    if (!said.reason.empty())
      heard_.reason[said.status] = said.reason;
    if (said.status == "healthy")
      continue;
    heard_.last_bad_ms = at;
    if (heard_.noticed_ms < 0)
      heard_.noticed_ms = at;
  }
}

} // namespace volumeviz::chaos
