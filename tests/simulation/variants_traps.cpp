// Nodes that step into a trap: readers that wait, fetches that come too early, streams without
// audits.

#include "tests/simulation/other_client.hpp"
#include "tests/simulation/variants.hpp"

#include <limits>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

/// Whatever the daemon has forgotten, its answer begins where it was asked to.
class never_forgets final : public other_client {
public:
  using other_client::other_client;
  result<docker::past_events> events_between(timestamp since, timestamp until,
                                             docker::deadline limit) override {
    auto found = real_->events_between(since, until, limit);
    if (found)
      found->stamps.insert(found->stamps.begin(), since);
    return found;
  }
};

} // namespace

variant has_a_slow_handler() {
  variant x;
  x.name = "the container handler does not run for two seconds of a busy daemon";
  x.always = [](schedule& s) {
    std::erase_if(s.steps, [](const step& y) { return is_trouble(y.what); });
    s.habits.speaks = dialect::docker26;
    s.habits.backlog = 60;
    s.steps.push_back({.what = op::run_container, .before = 500ms});
    s.steps.push_back({.what = op::delay_actor, .a = 1, .span = 2'000, .before = 500ms});
    s.steps.push_back({.what = op::burst, .span = 400});
    s.steps.push_back({.what = op::calm, .before = 1s});
  };
  return x;
}

variant reader_that_waits() {
  auto x = has_a_slow_handler();
  x.name = "the reader waits for the handlers";
  x.reader_waits = true;
  return x;
}

variant never_rechecks() {
  variant x;
  x.name = "never rechecks";
  x.node = [](node_parts& parts) {
    parts.volume_limits.delayed_recheck = parts.container_limits.delayed_recheck = 0ms;
  };
  return x;
}

variant reads_late() {
  variant x;
  x.name = "the reading thread gets no processor for two seconds of a busy daemon";
  x.always = [](schedule& s) {
    std::erase_if(s.steps, [](const step& y) { return is_trouble(y.what); });
    s.habits.speaks = dialect::docker26;
    s.habits.backlog = 60;
    s.steps.push_back({.what = op::run_container, .before = 500ms});
    s.steps.push_back({.what = op::stall_reader, .span = 1'900, .before = 500ms});
    s.steps.push_back({.what = op::burst, .span = 400});
    s.steps.push_back({.what = op::rename, .before = 500ms});
    s.steps.push_back({.what = op::create_volume, .a = 3});
  };
  return x;
}

variant ignores_late_readers() {
  auto x = never_audits();
  x.always = reads_late().always;
  return x;
}

variant reads_very_late() {
  variant x;
  x.name = "the reading thread gets no processor while the daemon's ring goes round";
  x.always = [](schedule& s) {
    s.steps.push_back({.what = op::run_container, .before = 500ms});
    s.steps.push_back({.what = op::stall_reader, .span = 9'000, .before = 500ms});
    s.steps.push_back({.what = op::rename});
    for (auto i = 0; i < 9; ++i)
      s.steps.push_back({.what = op::chatter, .span = 300, .before = 1s});
  };
  return x;
}

variant trusts_every_audit() {
  auto x = reads_very_late();
  x.name = "an audit that shows no loss is a proof, however little the daemon remembers";
  x.access = with_client<never_forgets>({}).access;
  return x;
}

variant has_clients_that_give_up() {
  variant x;
  x.name = "a daemon hangs, and a client gives up";
  x.always = [](schedule& s) {
    s.steps.push_back({.what = op::create_volume, .before = 5s});
    s.steps.push_back({.what = op::hang, .span = 7'000, .before = 8s});
    s.steps.push_back({.what = op::calm, .before = 8s});
  };
  return x;
}

variant does_not_list_after_a_hang() {
  auto x = has_clients_that_give_up();
  x.name = "a daemon that hung is the same as before";
  x.node = [](node_parts& parts) { parts.audits.slow = 24h; };
  return x;
}

variant never_audits() {
  variant x;
  x.name = "does not audit the stream";
  x.proves = false;
  x.node = [](node_parts& parts) {
    parts.audits.interval = 24h;
    parts.audits.backlog = std::numeric_limits<std::size_t>::max();
  };
  return x;
}

variant never_audits_and_always_reads() {
  auto x = never_audits();
  x.always = [](schedule& s) {
    std::erase_if(s.steps,
                  [](const step& y) { return y.what == op::stall_reader || y.what == op::hang; });
  };
  return x;
}

} // namespace volumeviz::simulation
