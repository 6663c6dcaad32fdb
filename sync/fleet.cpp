#include "sync/fleet.hpp"

#include "text/human_time.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace volumeviz::sync {

namespace {

constexpr std::size_t reasons_most = 32;
constexpr std::size_t reason_most = 500; // bytes
constexpr std::size_t name_most = 128;   // bytes, of versions and ids
constexpr std::size_t why_most = 4096;   // bytes, of a hub's reason

// A century: in nanoseconds it does not overflow.
constexpr std::int64_t ago_most_ms = std::int64_t{36'525} * 24 * 3600 * 1000;

/// A time from another machine, moved into the range from 1970 to 2096: the difference of two such
/// times does not overflow. A time before 1970 becomes `never`.
timestamp bounded(timestamp at) {
  return std::clamp<timestamp>(at, never, 4'000'000'000'000'000'000);
}

} // namespace

void bound(agent_hello& x) {
  text::make_one_line(x.program_version, name_most);
  text::make_one_line(x.engine_id, name_most);
}

void bound(host_facts& x) {
  text::make_one_line(x.engine_id, name_most);
  text::make_one_line(x.engine_version, name_most);
  x.last_seen_at = bounded(x.last_seen_at);
  x.verified_at = bounded(x.verified_at);
}

void bound(failure& x) {
  text::make_one_line(x.text, why_most);
}

void bound(link_heartbeat& x) {
  text::make_one_line(x.engine_id, name_most);
  text::make_one_line(x.engine_version, name_most);
  if (x.reasons.size() > reasons_most) {
    x.reasons.resize(reasons_most);
    x.reasons.shrink_to_fit();
  }
  for (auto& reason : x.reasons)
    text::make_one_line(reason, reason_most);
  if (x.status > health_status::unhealthy)
    x.status = health_status::unhealthy;
  x.verified_ago_ms = std::clamp<std::int64_t>(x.verified_ago_ms, -1, ago_most_ms);
}

fleet::admission fleet::admit(const agent_hello& hello, const std::string& address,
                              const moment& now) {
  auto who = hello;
  bound(who);
  auto& x = members_[who.host];
  const auto lives = x.session != 0 && now.steady - x.heard < limits_.silent_max;
  if (lives && x.incarnation != who.incarnation)
    return {.refused = "another agent reports as '" + who.host + "' already (" + x.last.address
                       + ", since " + text::format_time(x.last.since)
                       + "); every host needs a NODE_NAME of its own, or stop one of the two"};
  admission result{.refused = {}, .session = ++last_session_, .replaced = x.session};
  if (x.session != 0)
    sessions_.erase(x.session);
  const auto continues = x.incarnation == who.incarnation && x.committed >= who.acked;
  result.snapshot = who.acked > 0 && !continues;
  result.new_engine =
      !who.engine_id.empty() && !x.last.engine_id.empty() && who.engine_id != x.last.engine_id;
  if (x.incarnation != who.incarnation)
    x.committed = 0;
  x.session = result.session;
  x.incarnation = who.incarnation;
  x.heard = now.steady;
  x.last.host = who.host;
  x.last.connected = true;
  x.last.since = now.wall;
  x.last.last_heard = never; // no heartbeat has come yet
  x.last.away_reason.clear();
  x.last.address = address;
  x.last.program_version = who.program_version;
  if (!who.engine_id.empty())
    x.last.engine_id = who.engine_id;
  sessions_[x.session] = who.host;
  return result;
}

bool fleet::record_heartbeat(std::uint64_t session, const link_heartbeat& received,
                             const moment& now) {
  auto* x = of(session);
  if (x == nullptr)
    return false;
  auto heartbeat = received;
  bound(heartbeat);
  x->heard = now.steady;
  auto& last = x->last;
  last.last_heard = now.wall;
  if (!heartbeat.engine_id.empty()) {
    last.engine_id = heartbeat.engine_id;
    last.engine_version = heartbeat.engine_version;
  }
  last.stream_connected = heartbeat.connected;
  last.status = heartbeat.status;
  last.queue_size = heartbeat.queue_size;
  last.reasons = heartbeat.reasons;
  if (heartbeat.verified_ago_ms >= 0)
    last.verified_at = now.wall - heartbeat.verified_ago_ms * 1'000'000;
  return true;
}

void fleet::committed(std::uint64_t session, std::uint64_t seq) {
  if (auto* x = of(session)) {
    x->committed = std::max(x->committed, seq);
    ++x->last.batches;
  }
}

std::optional<std::string> fleet::end_session(std::uint64_t session, const std::string& why,
                                              const moment& now) {
  auto* x = of(session);
  if (x == nullptr)
    return std::nullopt;
  sessions_.erase(session);
  x->session = 0;
  x->last.connected = false;
  x->last.stream_connected = false;
  x->last.status = health_status::unhealthy;
  x->last.since = now.wall;
  x->last.away_reason = why;
  x->last.reasons.clear();
  return x->last.host;
}

std::vector<std::uint64_t> fleet::silent_sessions(const moment& now) const {
  std::vector<std::uint64_t> result;
  for (const auto& [host, x] : members_)
    if (x.session != 0 && now.steady - x.heard >= limits_.silent_max)
      result.push_back(x.session);
  return result;
}

void fleet::merge_recorded(const std::vector<host_report>& rows, const moment& now) {
  std::set<std::string> names;
  for (const auto& row : rows) {
    names.insert(row.host);
    const auto known = members_.find(row.host);
    if (known != members_.end() && known->second.incarnation != 0)
      continue;
    const auto last_heard = bounded(row.last_heard);
    const auto age = std::chrono::nanoseconds{now.wall - last_heard};
    if (age < limits_.elsewhere) {
      if (known != members_.end())
        members_.erase(known);
      continue;
    }
    auto& x = members_[row.host].last;
    x = row;
    x.since = x.last_heard = last_heard;
    x.verified_at = bounded(row.verified_at);
    x.away_reason = "it has not reported since this hub was started";
  }
  std::erase_if(members_,
                [&](const auto& x) { return x.second.session == 0 && !names.contains(x.first); });
}

std::vector<host_report> fleet::report() const {
  std::vector<host_report> result;
  result.reserve(members_.size());
  for (const auto& [host, x] : members_)
    result.push_back(x.last);
  return result;
}

std::size_t fleet::connected() const {
  return sessions_.size();
}

fleet::member* fleet::of(std::uint64_t session) {
  const auto host = sessions_.find(session);
  return host == sessions_.end() ? nullptr : &members_.at(host->second);
}

} // namespace volumeviz::sync
