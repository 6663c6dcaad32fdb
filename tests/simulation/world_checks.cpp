// What is asked of the rows, and of the node.

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

constexpr auto check_limit = 1s;

} // namespace

template <class T, class Handle, class Word>
std::optional<T> world::ask(const Handle& whom, Word word) {
  auto answer = std::make_shared<std::optional<T>>();
  auto asker = runs_.caf().spawn([=](caf::event_based_actor* self) {
    self->request(whom, check_limit, word)
        .then([answer](T& x) { *answer = std::move(x); }, [](const caf::error&) {});
  });
  runs_.run();
  if (!*answer)
    caf::anon_send_exit(asker, caf::exit_reason::kill);
  return *answer;
}

std::optional<std::string> world::not_right_yet() {
  if (!life_ || life_->over)
    return "the node does not run";
  if (auto wrong = oracle_.equal(database_->rows()))
    return wrong;
  const auto health = ask<health_report>(life_->node.health, atom::health_v);
  if (!health)
    return "the health reporter does not answer";
  // A clock that was set forward makes the last event look old.
  const auto idle = clock_.was_set() && health->status == health_status::degraded;
  if (variant_.proves && health->status != health_status::healthy && !idle)
    return fmt::format("health is {}", to_string(health->status));
  const auto proven = health->events.verified_at;
  if (variant_.proves && (proven <= clock_.at(quiet_since_) || proven > our_time()))
    return "nothing is proven since";
  // The audit notices that a clock was set; its new stream corrects the host's row.
  if (variant_.proves && database_->rows().facts.verified_at > our_time())
    return "the host's row is verified in the future";
  if (fleet_) {
    const auto hosts = ask<std::vector<host_report>>(fleet_->roster(), atom::hosts_v);
    if (!hosts)
      return "the hub's roster does not answer";
    const auto host = std::ranges::find(*hosts, "h", &host_report::host);
    if (host == hosts->end() || !host->connected)
      return "the hub does not know that the host reports";
    if (host->verified_at > our_time())
      return "the hub takes the host for verified in the future";
  }
  const auto numbers = ask<event_counters>(life_->node.metrics, atom::counters_v);
  if (!numbers)
    return "the metrics aggregator does not answer";
  const auto read = daemon_->read->events + daemon_->read->damaged;
  const auto counted = numbers->processed + numbers->failed + numbers->dropped;
  if (counted > read || (counted < read && !life_->lost_numbers))
    return fmt::format("{} events read, but {} processed, {} failed, {} dropped", read,
                       numbers->processed, numbers->failed, numbers->dropped);
  if (numbers->waiting > 0)
    return "events wait";
  return std::nullopt;
}

void world::check_claim() {
  if (!life_ || life_->over || !variant_.proves)
    return;
  const auto health = ask<health_report>(life_->node.health, atom::health_v);
  if (!health || health->events.verified_at == never)
    return;
  const auto moment = clock_.moment_of(health->events.verified_at);
  if (fleet_ && !fleet_->holds_claim(moment))
    return;
  if (const auto wrong = oracle_.proven(moment, database_->rows()))
    broken(fmt::format("proven until {} ms, but {}", moment.count() / 1'000'000, *wrong));
}

void world::demand_prompt() {
  if (troubled_ || !life_ || runs_.now() - std::max(started_at_, last_happened_) < prompt)
    return;
  if (const auto wrong = oracle_.equal(database_->rows()))
    broken("not prompt: " + *wrong);
}

} // namespace volumeviz::simulation
