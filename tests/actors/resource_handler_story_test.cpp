// Goal: whatever happens, in whatever order, each event is counted once and the rows agree in the
// end. Method: three hundred random steps of changes, lost events, faults and repairs; then calm.
// The seed is printed, and TEST_SEED plays the same story again.

#include "tests/actors/handler_rig.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_container;
using support::some_volume;

namespace {

constexpr unsigned resources = 12;

class story : public handler_rig {
public:
  explicit story(resource_kind kind) : kind_(kind) {
    limits.list_above = 5;
    start(kind, 8);
    list(list_reason::start);
  }

  /// Something happens; how many events reached the mailbox or were refused by it.
  std::size_t step() {
    switch (one_of(14)) {
    case 0:
      store->fail({ec::store_unreachable, "away"});
      break;
    case 1:
    case 2:
      store->recover();
      break;
    case 3:
      docker.fail_key(some_key(), {ec::docker_timeout, "slow"});
      break;
    case 4:
      docker.fail(listing(), {ec::docker_unreachable, "away"}, 2);
      break;
    case 5:
      docker.recover();
      break;
    case 6:
      advance(std::chrono::milliseconds{one_of(3000)});
      break;
    case 7:
      lose_a_change();
      break;
    default:
      change();
    }
    const auto posted = post();
    if (one_of(3) > 0)
      run();
    return posted;
  }

  void calm() {
    store->recover();
    docker.recover();
    advance(1min);
  }

private:
  unsigned one_of(unsigned n) { return static_cast<unsigned>(random() % n); }

  docker_call listing() const {
    return kind_ == resource_kind::volume ? docker_call::list_volumes
                                          : docker_call::list_containers;
  }
  /// Names of volumes come again, ids of containers never do.
  std::string some_key() {
    const auto n = one_of(resources);
    return kind_ == resource_kind::volume
               ? "v" + std::to_string(n)
               : "c" + std::to_string(n) + "." + std::to_string(lives_[n]);
  }
  void change() { change_one(some_key()); }
  void change_one(const std::string& key) {
    if (kind_ == resource_kind::container)
      change_container(key);
    else if (docker.volumes().contains(key))
      docker.remove_volume(key);
    else
      docker.create_volume(some_volume(key));
  }
  void change_container(const std::string& id) {
    const auto there = docker.containers();
    const auto i = there.find(id);
    if (i == there.end())
      docker.run_container(some_container(id));
    else if (one_of(4) == 0)
      docker.rename_container(id, "name" + std::to_string(one_of(1000)));
    else if (i->second.state == "running")
      docker.stop_container(id);
    else if (one_of(2) == 0)
      docker.start_container(id);
    else {
      docker.remove_container(id);
      ++lives_[std::stoul(id.substr(1))];
    }
  }
  /// Its events are lost, and that is noticed. Not those of a second start: no list would show it.
  void lose_a_change() {
    docker.silently([this] {
      const auto key = some_key();
      if (kind_ == resource_kind::volume || !docker.containers().contains(key))
        change_one(key);
      else
        docker.rename_container(key, "name" + std::to_string(one_of(1000)));
    });
    send(handler, atom::reconcile_v, list_reason::lost_events, std::uint64_t{0});
  }

  resource_kind kind_;
  unsigned lives_[resources] = {};
};

} // namespace

TEST_CASE("after any trouble the rows agree and each event has been counted once") {
  for (auto kind : {resource_kind::volume, resource_kind::container}) {
    story tale{kind};
    std::uint64_t posted = 0;
    for (int i = 0; i < 300; ++i)
      posted += tale.step();
    tale.calm();
    CHECK(tale.differences() == "");
    CHECK(tale.metrics->processed() + tale.metrics->failed() + tale.slot->dropped == posted);
    CHECK(tale.slot->completed == tale.slot->admitted);
    CHECK(tale.slot->limit->waiting() == 0);
  }
}
