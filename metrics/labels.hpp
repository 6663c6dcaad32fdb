#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"
#include "messages/link_violation.hpp"
#include "messages/reconcile.hpp"
#include "messages/resources.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

// The closed sets that label values come from.

namespace volumeviz::metrics {

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

} // namespace volumeviz::metrics
