#pragma once

#include "docker/client.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::support {

/// The questions of docker::client, to count them and to break them.
enum class docker_call {
  identify,
  list_volumes,
  list_containers,
  inspect_volume,
  inspect_container,
  events
};

/// A Docker daemon in this process: it has volumes and containers, and the events follow from what
/// a test does with them. It answers at once and truly, unless the test breaks it on purpose.
/// Thread-safe; its clients and streams may outlive it.
class scripted_docker final : public docker::daemon {
public:
  /// `clock` is ours; the daemon's is ahead of it by `skew`.
  explicit scripted_docker(std::function<timestamp()> clock, std::chrono::nanoseconds skew = {});
  ~scripted_docker() override;

  // Its world. Each change is an event in the ring of 256 and on every open stream.
  void create_volume(volume x);
  void remove_volume(const std::string& name);
  void create_container(container x); ///< as it is: no start
  void run_container(container x);    ///< create, start
  void start_container(const std::string& id);
  void stop_container(const std::string& id); ///< kill, die, stop
  void rename_container(const std::string& id, const std::string& name);
  void remove_container(const std::string& id); ///< destroy
  /// An event although nothing has changed.
  void announce(resource_kind kind, const std::string& action, const std::string& id);
  /// So many events that no stream shows, as those of health checks: they only take places in the
  /// ring.
  void chatter(unsigned count);
  /// The changes that `what` makes are not shown on the streams; the ring has them.
  void unseen(const std::function<void()>& what);
  /// The changes that `what` makes have no event at all.
  void silently(const std::function<void()>& what);
  /// Everything is gone, without an event.
  void forget_everything();
  /// The ring is empty, as after a restart of the daemon.
  void forget_events();
  /// Its clock is set forward.
  void set_clock(std::chrono::nanoseconds by);
  std::map<std::string, volume> volumes() const;
  std::map<std::string, container> containers() const;

  // Its answers.
  /// Such calls fail, so many times; for good without a number.
  void fail(docker_call what, failure why, std::optional<unsigned> times = {});
  /// The inspect of this resource fails until recover().
  void fail_key(const std::string& key, failure why);
  /// The inspect of this resource says that there is no such thing, whatever lists show.
  void deny_key(const std::string& key);
  /// The list of volumes is partial: it lacks `hidden`.
  void warn(std::string warning, const std::string& hidden);
  /// The lists of the kind have this entry, which can't be understood, in place of `hidden`; until
  /// recover().
  void break_entry(resource_kind kind, left_out_entry entry, const std::string& hidden);
  /// The daemon does not find this driver: it leaves the driver's volumes out of its lists, without
  /// a warning, and refuses their inspects.
  void lose_driver(const std::string& driver);
  void find_driver(const std::string& driver);
  /// What /info names beside `local`.
  void name_driver(const std::string& driver);
  void recover();
  /// Runs once, in the next such call: the answer is made up already and not given yet.
  void during_next(docker_call what, std::function<void()> then);
  /// The next such call throws, which no client is allowed to.
  void throw_next(docker_call what, std::string text);
  std::uint64_t calls(docker_call what) const;
  /// Keys of all inspects, in their order.
  std::vector<std::string> inspected() const;

  // Its streams.
  /// From now on a stream is not opened but ends with this.
  void refuse_streams(failure why);
  /// From now on streams wait, neither opened nor refused.
  void keep_streams_waiting();
  /// Streams are opened; those that wait, too.
  void accept_streams();
  /// Every open stream ends, after it has shown what it has.
  void end_streams(failure why);
  /// An event that can't be read, on every open stream.
  void damage(failure why);
  /// An event that is shown a second time, on every open stream.
  void repeat(const docker_event& event);
  std::vector<docker_event> remembered() const; ///< the ring
  std::uint64_t streams_made() const;
  std::uint64_t streams_opened() const;
  std::uint64_t streams_open() const;
  /// Waits until every stream has begun and shown all it has; false when that takes too long.
  bool settle() const;

  std::unique_ptr<docker::client> make_client() const override;
  std::unique_ptr<docker::event_stream>
  make_stream(const docker::stream_settings& settings) const override;

  struct world; ///< shared with clients and streams

private:
  std::shared_ptr<world> world_;
};

/// A volume and a container as a daemon would show them.
volume some_volume(const std::string& name);
container some_container(const std::string& id, const std::vector<mount>& mounts = {});

} // namespace volumeviz::support
