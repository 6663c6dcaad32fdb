#include "http/health_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace volumeviz::http {

namespace {

namespace json = boost::json;

// Not with braces: Boost.JSON would make an array of one element.
json::value seconds_or_null(timestamp at) {
  return at == never ? json::value(nullptr) : json::value(at / nanos_per_second);
}

/// Never negative: the clocks of two machines may disagree.
json::value age_or_null(timestamp now, timestamp at) {
  return at == never ? json::value(nullptr)
                     : json::value(std::max<timestamp>(now - at, 0) / nanos_per_second);
}

json::array array_of(const std::vector<std::string>& sentences) {
  return json::array(sentences.begin(), sentences.end());
}

json::object events_object(const events_health& x, timestamp now) {
  return {
      {"status", to_string(x.status)},
      {"connected", x.connected},
      {"queue_size", x.queue_size},
      {"processed_total", x.processed_total},
      {"errors_total", x.errors_total},
      {"dropped_total", x.dropped_total},
      {"reconnects_total", x.reconnects_total},
      {"last_event_timestamp", seconds_or_null(x.last_event)},
      {"last_event_age_seconds", age_or_null(now, x.last_event)},
      {"last_reconnect_timestamp", seconds_or_null(x.last_reconnect)},
      {"reconciliation_runs",
       {{"full", x.full_runs}, {"volumes", x.volume_runs}, {"containers", x.container_runs}}},
      {"verified_at", seconds_or_null(x.verified_at)},
      {"staleness_seconds", age_or_null(now, x.verified_at)},
      {"reasons", array_of(x.reasons)},
  };
}

} // namespace

std::string health_json(const health_report& report) {
  json::object checks;
  for (const auto& check : report.checks) {
    json::object body{{"status", to_string(check.status)}};
    if (check.status != health_status::healthy || !check.reasons.empty())
      body["reasons"] = array_of(check.reasons);
    checks[check.name] = std::move(body);
  }
  checks["events"] = events_object(report.events, report.now);
  return json::serialize(json::object{{"status", to_string(report.status)},
                                      {"timestamp", report.now / nanos_per_second},
                                      {"checks", std::move(checks)}});
}

std::string events_json(const health_report& report) {
  return json::serialize(events_object(report.events, report.now));
}

std::string probe_json(const std::vector<std::string>& reasons, const char* otherwise) {
  return json::serialize(
      json::object{{"status", reasons.empty() ? "ok" : otherwise}, {"reasons", array_of(reasons)}});
}

std::string ticket_json(const reconcile_ticket& ticket) {
  return json::serialize(
      json::object{{"run_id", ticket.run_id}, {"type", to_string(ticket.scope)}});
}

std::string actors_json(const std::vector<actor_report>& actors) {
  json::array items;
  for (const auto& x : actors)
    items.push_back(json::object{
        {"name", x.name},
        {"parent", x.parent.empty() ? json::value(nullptr) : json::value(x.parent)},
        {"state", x.state},
        {"restarts", x.restarts},
        {"mailbox", x.mailbox},
        {"mailbox_limit",
         x.mailbox_limit == 0 ? json::value(nullptr) : json::value(x.mailbox_limit)},
        {"handled", x.handled},
        {"dropped", x.dropped},
        {"busy_ms", x.busy_ms},
    });
  return json::serialize(json::object{{"items", std::move(items)}});
}

std::string error_json(const std::string& sentence) {
  return json::serialize(json::object{{"error", sentence}});
}

} // namespace volumeviz::http
