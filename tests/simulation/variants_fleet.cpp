// Agents and hubs that break one rule of the link each. All but one by what they make of the
// messages between them.

#include "tests/simulation/variants.hpp"

#include <algorithm>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

/// A database whose hub writes a batch as the rows of the host that the batch names. By the time
/// the store has it the session has put in its own name, so it is known by what strangers write.
class gullible_store final : public persistence::store {
public:
  explicit gullible_store(std::shared_ptr<persistence::store> real) : real_(std::move(real)) {}
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override {
    auto mine = batches;
    for (auto& x : mine)
      if (x.volumes.present == stray_batch({}).volumes.present)
        x.host = "h";
    return real_->apply(mine);
  }
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    return real_->preview(batches);
  }
  result<void> ping() override { return real_->ping(); }

private:
  std::shared_ptr<persistence::store> real_;
};

} // namespace

variant takes_chunks_for_lists() {
  variant x;
  x.name = "the hub takes the first chunk for the whole batch";
  x.link.chunk = [](link_chunk& chunk) {
    if (chunk.index == 0 && !chunk.last) {
      chunk.last = true;
      chunk.part.volumes.complete = !chunk.part.volumes.present.empty();
      chunk.part.containers.complete = !chunk.part.containers.present.empty();
    } else if (chunk.index > 0) {
      chunk.seq = 10'000 * chunk.seq + chunk.index; // no request waits for these
      chunk.index = 0;
      chunk.last = false;
    }
  };
  return x;
}

variant acknowledges_before_it_commits() {
  variant x;
  x.name = "the hub acknowledges a batch before it is committed";
  x.link.acknowledges_unwritten = true;
  return x;
}

variant has_a_hub_that_dies_with_a_batch() {
  variant x;
  x.name = "the hub dies while a batch is on its way, and is long away";
  x.always = [](schedule& s) {
    s.steps.push_back({.what = op::stall_link, .a = 2, .span = 3'000, .before = 1s});
    s.steps.push_back({.what = op::create_volume, .a = 8});
    s.steps.push_back({.what = op::kill_hub, .span = 15'000, .before = 500ms});
    s.steps.push_back({.what = op::calm, .before = 8s});
    s.steps.push_back({.what = op::calm, .before = 5s});
  };
  return x;
}

/// The hub would find out: the agent says which batch it takes for committed, and has to list when
/// it comes in again. But until then it claims what is not so.
variant takes_lost_answers_for_success() {
  auto x = has_a_hub_that_dies_with_a_batch();
  x.name = "the agent takes a batch whose answer was lost for committed";
  x.link.takes_lost_for_written = true;
  return x;
}

variant never_resends() {
  variant x;
  x.name = "the agent goes on where it was with a hub that has lost data";
  x.link.welcome = [](link_welcome& welcome) { welcome.snapshot = false; };
  return x;
}

variant applies_old_batches_late() {
  variant x;
  x.name = "batches of the former session are applied after those of the new one";
  x.link.replays_the_lost = true;
  return x;
}

variant trusts_the_host_in_a_batch() {
  variant x;
  x.name = "the hub writes the rows of the host that the batch names";
  x.store = [](const std::shared_ptr<persistence::store>& real) {
    return std::make_shared<gullible_store>(real);
  };
  return x;
}

variant trusts_any_token() {
  variant x;
  x.name = "a session trusts agents that do not have its secret";
  x.link.any_token = true;
  return x;
}

variant admits_a_second_agent() {
  variant x;
  x.name = "the hub lets a second agent of the name in while the first reports";
  x.link.admits_a_second_agent = true;
  return x;
}

} // namespace volumeviz::simulation
