#include "tests/stage/workload.hpp"

#include <algorithm>

namespace volumeviz::chaos {

using std::chrono::milliseconds;

namespace {

// Few enough that a comparison takes milliseconds, and that a daemon is up again in seconds.
constexpr int volumes_max = 40;
constexpr int containers_max = 8;

std::string name_of(const char* kind, std::minstd_rand& dice, int count) {
  return kind + std::to_string(dice() % static_cast<unsigned>(count));
}

} // namespace

std::string noise(std::minstd_rand& dice, std::size_t size) {
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string result(size, ' ');
  for (auto& c : result)
    c = letters[dice() / 7 % letters.size()];
  return result;
}

workload::workload(const support::dockerd& daemon, std::uint64_t seed, milliseconds pace_max)
    : pace_max_{pace_max} {
  for (const bool of_volumes : {true, false})
    threads_.emplace_back(
        [this, socket = daemon.socket(), seed, of_volumes](const std::stop_token& stop) {
          live(stop, socket, seed * 2 + of_volumes + 1, of_volumes);
        });
}

workload::~workload() {
  for (auto& x : threads_)
    x.request_stop();
}

void workload::go_on() {
  const std::scoped_lock lock{mutex_};
  frozen_ = false;
  changed_.notify_all();
}

bool workload::freeze(milliseconds bound) {
  std::unique_lock lock{mutex_};
  frozen_ = true;
  return changed_.wait_for(lock, bound, [this] { return busy_ == 0; });
}

std::size_t workload::calls() {
  const std::scoped_lock lock{mutex_};
  return calls_;
}

void workload::live(std::stop_token stop, std::string socket, std::uint64_t seed, bool of_volumes) {
  // Nothing is paused and nothing that has stopped is started again: now and then Docker 20.10
  // never answers such a call. For the same reason no call waits for long.
  support::docker_api docker{std::move(socket), std::chrono::seconds{5}};
  random dice{static_cast<random::result_type>(seed % 2'147'483'646 + 1)};
  std::unique_lock lock{mutex_};
  // The wait can also return true when a stop was requested.
  while (changed_.wait(lock, stop, [this] { return !frozen_; }) && !stop.stop_requested()) {
    ++busy_;
    lock.unlock();
    try {
      of_volumes ? change_volumes(docker, dice) : change_containers(docker, dice);
    } catch (const std::exception&) {
      // The daemon is down, or it says no: both are a user's usual life.
    }
    lock.lock();
    --busy_;
    ++calls_;
    changed_.notify_all();
    const auto pace = milliseconds{2 + dice() % (pace_max_.count() - 2)};
    changed_.wait_for(lock, stop, pace, [this] { return frozen_; });
  }
}

void workload::change_volumes(support::docker_api& docker, random& dice) {
  const auto name = name_of("v", dice, volumes_max);
  const auto what = dice() % 100;
  if (what < 45)
    docker.create_volume(name, {{"round", noise(dice, 6)}});
  else if (what < 55)
    docker.create_volume(name, {{"large", noise(dice, 4096)}});
  else
    docker.remove_volume(name);
}

void workload::change_containers(support::docker_api& docker, random& dice) {
  const auto name = name_of("c", dice, containers_max);
  const support::container_wish wish{
      .name = name,
      .mounts = {{name_of("v", dice, volumes_max), "/data"},
                 {name_of("v", dice, volumes_max), "/more", dice() % 2 == 0},
                 {"", "/anonymous"}},
      .labels = {{"round", noise(dice, 6)}}};
  const auto what = dice() % 100;
  if (what < 35)
    docker.run(wish);
  else if (what < 42)
    docker.create_container(wish);
  else if (what < 50)
    docker.run(
        {.command = {"/bin/busybox", "true"}, .mounts = {{"", "/anonymous"}}, .auto_remove = true});
  else if (what < 57)
    docker.kill(name);
  else if (what < 62)
    docker.stop(name);
  else if (what < 78)
    docker.rename(name, name_of("c", dice, containers_max));
  else
    docker.remove(name, dice() % 2 == 0);
}

} // namespace volumeviz::chaos
