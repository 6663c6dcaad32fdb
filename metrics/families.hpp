#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"
#include "messages/link_violation.hpp"
#include "messages/reconcile.hpp"
#include "messages/resources.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

// How a metric is declared: one member of a group, with its name, its help text and its labels.
// Every series is made when its group is, so /metrics shows all of them from the first scrape on.
// A series is kept by pointer: finding it by its labels costs thirty times an increment.

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
} // namespace prometheus

namespace volumeviz::metrics {

using seconds = std::chrono::duration<double>;
using labels = std::map<std::string, std::string>;

class counter {
public:
  counter(prometheus::Registry& to, const char* name, const char* help, const labels& of = {});
  void add(std::uint64_t count = 1);
  std::uint64_t value() const;

private:
  prometheus::Counter* series_;
};

class gauge {
public:
  gauge(prometheus::Registry& to, const char* name, const char* help, const labels& of = {});
  /// A count, or true as 1 and false as 0.
  void set(std::integral auto x) { set_value(static_cast<double>(x)); }
  /// As Unix time in seconds.
  void set_time(timestamp at) { set_value(static_cast<double>(at) / 1e9); }

private:
  void set_value(double value);

  prometheus::Gauge* series_;
};

enum class buckets : std::uint8_t {
  latency,  ///< 100 microseconds to 10 seconds in steps of 1, 2, 5
  lifetime, ///< 1 second to a week: how long streams live
  size,     ///< 1 to 1,000 in steps of 1, 2, 5
};

class histogram {
public:
  histogram(prometheus::Registry& to, const char* name, const char* help, buckets of_which,
            const labels& of = {});
  void observe(std::uint64_t size) { observe_value(static_cast<double>(size)); }
  /// A negative duration counts as 0: it is the difference of two machines' clocks.
  void observe(seconds duration);

private:
  void observe_value(double value);

  prometheus::Histogram* series_;
};

/// What can make an event or a reconciliation fail. `queue_full` counts as dropped instead, and
/// `bad_request` never comes from Docker or the database. Both count as `internal` here.
inline constexpr std::array failure_types{
    ec::docker_unreachable, ec::docker_timeout,    ec::docker_refused, ec::docker_malformed,
    ec::docker_too_large,   ec::store_unreachable, ec::store_rejected, ec::store_schema,
    ec::cancelled,          ec::internal};

/// The index of `code` in failure_types.
std::size_t failure_index(ec code) noexcept;

/// Why a hub did not admit an agent; label `reason` of volumeviz_events_link_rejected_agents_total.
enum class rejection : std::uint8_t {
  protocol,    ///< it speaks another link_protocol
  name,        ///< its name is not a valid host name
  certificate, ///< its certificate is for another name
  duplicate,   ///< another process reports under this name
  busy,        ///< its connection ended before it was admitted
};
inline const char* to_string(rejection why) {
  constexpr std::array names{"protocol", "name", "certificate", "duplicate", "busy"};
  return names.at(static_cast<std::size_t>(why));
}

enum class audit_result : std::uint8_t { passed, failed };
inline const char* to_string(audit_result x) {
  return x == audit_result::passed ? "passed" : "failed";
}
enum class call_result : std::uint8_t { ok, error };
inline const char* to_string(call_result x) {
  return x == call_result::ok ? "ok" : "error";
}
enum class docker_call : std::uint8_t { identify, list, inspect, events, other };
inline const char* to_string(docker_call x) {
  constexpr std::array names{"identify", "list", "inspect", "events", "other"};
  return names.at(static_cast<std::size_t>(x));
}

/// The closed set of values of a label: how many, their texts, and the index of each.
template <class Key>
struct label_values;

/// An enum whose values are 0 to N - 1.
template <class Enum, std::size_t N>
struct enum_values {
  static constexpr std::size_t size = N;
  static std::string text(std::size_t i) { return to_string(static_cast<Enum>(i)); }
  static std::size_t index(Enum x) { return static_cast<std::size_t>(x); }
};
template <class Enum, const auto& Names>
struct named_values {
  static constexpr std::size_t size = Names.size();
  static std::string text(std::size_t i) { return Names.at(i); }
  static std::size_t index(Enum x) { return static_cast<std::size_t>(x); }
};
// clang-format off
template <> struct label_values<resource_kind> : enum_values<resource_kind, 2> {};
template <> struct label_values<row_kind> : enum_values<row_kind, 3> {};
template <> struct label_values<operation> : enum_values<operation, 3> {};
template <> struct label_values<change_source> : enum_values<change_source, 2> {};
template <> struct label_values<reconcile_scope> : enum_values<reconcile_scope, 3> {};
template <> struct label_values<list_reason> : enum_values<list_reason, 12> {};
template <> struct label_values<rejection> : enum_values<rejection, 5> {};
template <> struct label_values<audit_result> : enum_values<audit_result, 2> {};
template <> struct label_values<call_result> : enum_values<call_result, 2> {};
template <> struct label_values<docker_call> : enum_values<docker_call, 5> {};
template <> struct label_values<link_violation> : named_values<link_violation, link_violation_names> {};
template <> struct label_values<link_refusal> : named_values<link_refusal, link_refusal_names> {};
// clang-format on
template <>
struct label_values<ec> {
  static constexpr std::size_t size = failure_types.size();
  static std::string text(std::size_t i) { return to_string(failure_types.at(i)); }
  static std::size_t index(ec x) { return failure_index(x); }
};

/// One metric with labels: a series for each combination of the labels' values.
template <class Metric, class... Keys>
class table {
public:
  /// `more` goes to each Metric, before its labels.
  template <class... More>
  table(prometheus::Registry& to, const char* name, const char* help,
        const std::array<const char*, sizeof...(Keys)>& label_names, const More&... more) {
    std::vector<labels> all{labels{}};
    std::size_t i = 0;
    (expand<Keys>(all, label_names[i++]), ...);
    for (const auto& x : all)
      series_.emplace_back(to, name, help, more..., x);
  }
  Metric& operator()(Keys... keys) {
    std::size_t at = 0;
    ((at = at * label_values<Keys>::size + label_values<Keys>::index(keys)), ...);
    return series_.at(at);
  }

private:
  template <class Key>
  static void expand(std::vector<labels>& all, const char* label_name) {
    std::vector<labels> more;
    for (const auto& x : all)
      for (std::size_t i = 0; i < label_values<Key>::size; ++i) {
        more.push_back(x);
        more.back()[label_name] = label_values<Key>::text(i);
      }
    all = std::move(more);
  }

  std::vector<Metric> series_;
};

} // namespace volumeviz::metrics
