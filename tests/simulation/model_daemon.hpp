#pragma once

#include "docker/client.hpp"
#include "tests/simulation/machine.hpp"
#include "tests/simulation/past.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// docker20: Docker 20.10. A prune of volumes has no destroy events, existing volumes have create
/// events, and `die` comes before the API shows it. docker26: `stop` comes before the API shows it.
/// podman: `remove` in place of destroy, and volumes without an Actor.ID.
enum class dialect : std::uint8_t { docker20, docker26, podman };

/// The questions of docker::client and of a stream.
enum class question : std::uint8_t {
  identify,
  list_volumes,
  list_containers,
  inspect_volume,
  inspect_container,
  events
};
constexpr unsigned questions = 6;

/// The kind of daemon. Docker's own numbers, unless a schedule needs lower limits.
struct daemon_habits {
  dialect speaks = dialect::docker26;
  std::size_t ring = 256;
  /// 1,024 in the daemon, about 279 in the socket.
  std::size_t backlog = 1303;
  std::size_t line_limit = 16 * 1024 * 1024;
  /// Its clock minus ours.
  nanoseconds skew{0};
  /// Times of events are not in the order of the lines.
  bool unsorted = false;
  /// The API may show the state before an event for a moment.
  bool lags = true;
};

/// What one process of the node has read from its streams.
struct reading {
  /// Each event counts once, however often it was shown.
  std::uint64_t events = 0;
  /// Lines that can't be parsed.
  std::uint64_t damaged = 0;
  std::set<docker_event> seen;
};

struct model_stream;

/// A Docker daemon, as the real ones were measured: its state and the past of it, the ring of
/// events, streams with bounded backlogs, and answers that lag, fail, are partial or do not come.
/// Uses one thread and the machine's time only.
class model_daemon : public std::enable_shared_from_this<model_daemon> {
public:
  model_daemon(machine& runs, std::function<timestamp()> our_clock, const daemon_habits& habits);
  ~model_daemon();

  // Changes. Each has the events of this kind of daemon, unless `silent`.
  void put(volume x);
  void put(container x, nanoseconds lag = {});
  void drop_volume(const std::string& name, nanoseconds lag = {});
  void drop_container(const std::string& id, nanoseconds lag = {});
  void announce(resource_kind kind, const std::string& action, const std::string& key);
  /// Event times follow the clock, also when it was set back; no time occurs twice.
  void set_clock(nanoseconds by);
  /// Events that the stream's filter holds back. They still take places in the ring.
  void chatter(unsigned count);
  const volume* find_volume(const std::string& name) const;
  const container* find_container(const std::string& id) const;
  std::map<std::string, past<volume>> volumes;
  std::map<std::string, past<container>> containers;

  // Troubles.
  /// There is no process: no call is answered, and streams end.
  bool down = false;
  unsigned process = 0; ///< the number of the present one
  /// It accepts connections and does not answer.
  bool hung = false;
  /// Our reading thread does not run.
  bool stalled = false;
  bool plugin_down = false;
  /// The daemon does not find the plugin: its volumes are in no list, without a warning.
  bool plugin_absent = false;
  /// For a node that ignores prunes.
  bool hides_prunes = false;
  /// Changes have no events.
  bool silent = false;
  /// By how much its clock was set.
  nanoseconds step{0};
  struct trouble {
    unsigned times = 0;
    ec code = ec::docker_unreachable;
  };
  trouble troubles[questions];
  /// How the inspect of a resource fails while the lists show it.
  enum class crippled_by : std::uint8_t { hanging, refusal, denial };
  struct cripple {
    crippled_by how = crippled_by::refusal;
    /// To the end of the schedule: its times stay unknown.
    bool lasting = false;
  };
  std::map<std::string, cripple> crippled; ///< by volume name or container id
  bool is_ghost(const std::string& id) const {
    const auto i = crippled.find(id);
    return i != crippled.end() && i->second.how == crippled_by::denial;
  }
  /// The answer of its inspect, if it is crippled.
  template <class Found>
  std::optional<result<std::optional<Found>>> crippled_answer(const std::string& key) const {
    const auto i = crippled.find(key);
    if (i == crippled.end())
      return std::nullopt;
    if (i->second.how == crippled_by::hanging)
      return fail(ec::docker_timeout, "the daemon did not answer in time");
    if (i->second.how == crippled_by::refusal)
      return fail(ec::docker_refused, "500: the storage layer is gone");
    return result<std::optional<Found>>{std::optional<Found>{}};
  }
  /// A resource that lists and inspects show in a way that can't be parsed.
  struct malformation {
    /// Its key can't be parsed either.
    bool keyless = false;
    /// When it was repaired.
    std::optional<nanoseconds> until;
  };
  std::map<std::string, malformation> malformed; ///< by volume name or container id
  bool is_malformed(const std::string& key) const;
  /// It is malformed, or was until so recently that no list may have shown it since.
  bool was_malformed_lately(const std::string& key) const;
  void mend(const std::string& key);
  void end_streams(bool within_a_line);
  /// The reader of the streams is gone.
  void close_streams();
  /// Changes each line on its way to the streams; null: no change.
  std::function<std::string(const std::string&)> garble;
  struct announcement {
    timestamp time; ///< the event's
    nanoseconds published;
  };
  /// The events that tell of one resource, by its key; oldest first.
  std::map<std::string, std::vector<announcement>> announced;
  /// The last event once more, on every stream.
  void repeat_last();
  void go_down();
  /// Another process starts: its ring is empty, and its state is right.
  void come_up();

  // Streams; see model_stream.cpp.
  void start(const std::shared_ptr<docker::event_stream>& stream, docker::stream_sinks sinks,
             std::function<void(failure&&)> ended);
  std::size_t active();      ///< streams that have something to do now
  void go_on(std::size_t i); ///< one step of the stream of this number
  bool reader_may_read() const;

  // Clients; see model_client.cpp.
  std::unique_ptr<docker::client> make_client();
  std::unique_ptr<docker::event_stream> make_stream(const docker::stream_settings& settings);
  result<daemon_identity> identity();
  /// The failure of such a question now, if it fails.
  std::optional<failure> fails(question what);
  /// Called before an answer is made, and after: the state may change meanwhile.
  std::function<void(bool made_up)> meanwhile;
  /// Called between a stream's headers and its subscription.
  std::function<void()> in_the_gap;

  /// The daemon's last answer about each resource: it is there, or it is gone (a 404, or a complete
  /// list without it).
  struct statement {
    bool there = false;
    bool by_ghost = false; ///< it is gone by an inspect only, and lists show it
    /// When an answer last said that it is gone.
    std::optional<nanoseconds> gone_at;
  };
  using statements = std::map<std::string, statement>;
  statements said_volumes;
  statements said_containers;
  void say(statements& of, const std::string& key, bool there) {
    auto& x = of[key];
    x.there = there;
    x.by_ghost = false;
    if (!there)
      x.gone_at = runs.now();
  }
  /// The daemon's last word about the container was the denial of a ghost.
  bool denies_as_ghost(const std::string& id) const {
    const auto i = said_containers.find(id);
    return i != said_containers.end() && i->second.by_ghost;
  }

  docker::past_events remembered(timestamp since, timestamp until) const;
  timestamp now() const { return our_clock_() + (habits.skew + step).count(); }

  machine& runs;
  const daemon_habits habits;
  std::shared_ptr<reading> read = std::make_shared<reading>();
  /// Events whose publisher had to wait for a slow reader.
  std::uint64_t held_up = 0;
  /// True while the reader waits for actors before it reads on. Null: it never waits.
  std::function<bool()> reader_waits;

  struct line {
    timestamp time;
    std::string text;
    /// The event that this line should be parsed to, if it is in the catalogue.
    std::optional<docker_event> event{};
    /// When it was published, whatever its own time is.
    nanoseconds published{};
  };

private:
  friend struct model_stream;

  void publish(const line& x);
  void remember(line x);

  std::function<timestamp()> our_clock_;
  std::deque<line> ring_;
  std::vector<std::shared_ptr<model_stream>> streams_;
  timestamp last_stamp_ = 0;
  timestamp times_set_ = 0;
};

/// A node's view of the daemon.
class access : public docker::daemon {
public:
  explicit access(std::shared_ptr<model_daemon> to) : to_(std::move(to)) {}
  std::unique_ptr<docker::client> make_client() const override { return to_->make_client(); }
  std::unique_ptr<docker::event_stream>
  make_stream(const docker::stream_settings& settings) const override {
    return to_->make_stream(settings);
  }

protected:
  std::shared_ptr<model_daemon> to_;
};

} // namespace volumeviz::simulation
