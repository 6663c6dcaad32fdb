#include "sync/fleet_health.hpp"

#include "text/human_time.hpp"

namespace volumeviz::sync {

namespace {

// A fleet of hundreds that is away as a whole must not become a page of sentences.
constexpr std::size_t named_max = 10;

/// Sentences about hosts, the first few in full.
class list_of_hosts {
public:
  void add(std::string sentence) {
    if (++count_ <= named_max)
      sentences_.push_back(std::move(sentence));
  }
  bool empty() const { return count_ == 0; }
  /// `is`, `are`: what the rest does, for one host and for several.
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

/// Why a host that reports is not well; empty when it is. One that is degraded has been without
/// events for long: that is its users' business, not the fleet's.
std::string unwell(const host_report& host) {
  if (host.last_heard == never)
    return {}; // it has just come, and has said nothing of itself yet
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
    check.reasons = {"It is not known which hosts report: " + roster_reason};
    return check;
  }
  if (hosts.empty()) {
    check.reasons = {"No host has reported yet."};
    return check;
  }
  list_of_hosts away, ill;
  for (const auto& x : hosts)
    if (!x.connected)
      away.add("The host " + x.host + " has been away" + text::since(x.since, now)
               + text::because(x.away_reason));
    else if (auto what = unwell(x); !what.empty())
      ill.add("The host " + x.host + " reports, but " + what + text::because(joined(x.reasons)));
  if (!away.empty() || !ill.empty())
    check.status = health_status::degraded;
  away.append_to(check.reasons, "is away", "are away");
  ill.append_to(check.reasons, "is not well", "are not well");
  return check;
}

} // namespace volumeviz::sync
