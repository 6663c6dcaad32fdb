#include "sync/fleet_health.hpp"

#include "text/human_time.hpp"

namespace volumeviz::sync {

namespace {

// The most hosts that are named, so that a whole fleet that is away does not fill a page.
constexpr std::size_t named_max = 10;

/// Sentences about hosts; keeps the first few and counts all.
class list_of_hosts {
public:
  void add(std::string sentence) {
    if (++count_ <= named_max)
      sentences_.push_back(std::move(sentence));
  }
  bool empty() const { return count_ == 0; }
  /// `is` and `are` complete the sentence about the rest, for one host and for several.
  void append_to(std::vector<std::string>& reasons, const char* is, const char* are) const {
    reasons.insert(reasons.end(), sentences_.begin(), sentences_.end());
    if (auto rest = count_ - sentences_.size(); rest > 0)
      reasons.push_back("And " + std::to_string(rest) + " more "
                        + (rest == 1 ? std::string{"host "} + is : std::string{"hosts "} + are)
                        + ".");
  }

private:
  std::vector<std::string> sentences_;
  std::size_t count_ = 0;
};

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const auto& x : sentences)
    text += (text.empty() ? "" : " ") + x;
  return text;
}

/// Why a host that reports is not well; empty when it is. A degraded host counts as well: it has
/// only had no events for long, which is no problem of the fleet.
std::string why_unwell(const host_report& host) {
  if (host.last_heard == never)
    return {}; // it has just connected and has sent no heartbeat yet
  if (!host.stream_connected)
    return "is not connected to its Docker daemon";
  return host.status == health_status::unhealthy ? "is unhealthy" : "";
}

} // namespace

health_check hosts_check(const std::vector<host_report>& hosts, const std::string& roster_reason,
                         timestamp now) {
  health_check check{.name = "hosts", .status = health_status::healthy, .reasons = {}};
  if (!roster_reason.empty()) {
    check.status = health_status::degraded;
    check.reasons = {"The hosts that report to this hub are unknown: " + roster_reason};
    return check;
  }
  if (hosts.empty()) {
    check.reasons = {"No host has reported yet."};
    return check;
  }
  list_of_hosts away, unwell;
  for (const auto& x : hosts)
    if (!x.connected)
      away.add("The host " + x.host + " has been away" + text::since(x.since, now)
               + text::because(x.away_reason));
    else if (auto what = why_unwell(x); !what.empty())
      unwell.add("The host " + x.host + " reports, but " + what + text::because(joined(x.reasons)));
  if (!away.empty() || !unwell.empty())
    check.status = health_status::degraded;
  away.append_to(check.reasons, "is away", "are away");
  unwell.append_to(check.reasons, "is not well", "are not well");
  return check;
}

} // namespace volumeviz::sync
