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

/// docker20: 20.10, a prune of volumes without a destroy each, create events of what exists, `die`
/// before the API knows. docker26: `stop` before the API knows. podman: `remove` for destroy, and
/// volumes without an Actor.ID.
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

/// What kind of daemon it is. Docker's own numbers unless a schedule wants its limits nearer.
struct daemon_habits {
  dialect speaks = dialect::docker26;
  std::size_t ring = 256;
  std::size_t backlog = 1303; ///< 1,024 in the daemon, about 279 in the socket
  std::size_t line_limit = 16 * 1024 * 1024;
  nanoseconds skew{0};   ///< its clock minus ours
  bool unsorted = false; ///< stamps and lines are not in order
  bool lags = true;      ///< the API may show what was for a moment
};

/// What one life of the node has read from its streams.
struct reading {
  std::uint64_t events = 0;  ///< each once, however often it was shown
  std::uint64_t damaged = 0; ///< lines that can't be understood
  std::set<docker_event> seen;
};

struct model_stream;

/// A Docker daemon, as the real ones were measured: the state and its past, the ring of events, the
/// streams with their bounded backlogs, and answers that lag, fail, are partial or do not come.
/// Single-threaded, and without any time but the machine's.
class model_daemon : public std::enable_shared_from_this<model_daemon> {
public:
  model_daemon(machine& runs, std::function<timestamp()> our_clock, const daemon_habits& habits);
  ~model_daemon();

  // The world: each change is told as this daemon tells it, unless `silent`.
  void put(volume x);
  void put(container x, nanoseconds lag = {});
  void drop_volume(const std::string& name, nanoseconds lag = {});
  void drop_container(const std::string& id, nanoseconds lag = {});
  void announce(resource_kind kind, const std::string& action, const std::string& key);
  /// Events that the stream's filter holds back; they take the ring's places all the same.
  /// Stamps go by the clock, also when it has gone back; none occurs twice.
  void set_clock(nanoseconds by);
  void chatter(unsigned count);
  const volume* find_volume(const std::string& name) const;
  const container* find_container(const std::string& id) const;
  std::map<std::string, past<volume>> volumes;
  std::map<std::string, past<container>> containers;

  // Its troubles.
  bool down = false;    ///< no process: nobody answers, streams end
  bool hung = false;    ///< connects and says nothing
  bool stalled = false; ///< our reading thread gets no processor
  bool plugin_down = false;
  bool plugin_absent = false; ///< the daemon does not find it: its volumes are in no list, unsaid
  bool hides_prunes = false;  ///< for a node that does not heed them
  bool silent = false;        ///< changes have no events
  nanoseconds step{0};        ///< by which its clock was set
  struct trouble {
    unsigned times = 0;
    ec code = ec::docker_unreachable;
  };
  trouble troubles[questions];
  /// How the inspect of a resource fails while the lists show it.
  enum class crippled_by : std::uint8_t { hanging, refusal, denial };
  struct cripple {
    crippled_by how = crippled_by::refusal;
    bool lasting = false; ///< to the end: nobody will ever know its times
  };
  std::map<std::string, cripple> crippled; ///< by volume name or container id
  bool is_ghost(const std::string& id) const {
    const auto i = crippled.find(id);
    return i != crippled.end() && i->second.how == crippled_by::denial;
  }
  /// What its inspect says instead of the truth, if it is crippled.
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
  /// A resource that lists and inspects show in a way that can't be understood.
  struct malformation {
    bool keyless = false;             ///< not even its key can be read
    std::optional<nanoseconds> until; ///< when it was mended
  };
  std::map<std::string, malformation> malformed; ///< by volume name or container id
  bool is_malformed(const std::string& key) const;
  /// It is, or was until so short a time ago that nobody may have listed since.
  bool was_malformed_lately(const std::string& key) const;
  void mend(const std::string& key);
  void end_streams(bool within_a_line);
  /// Their reader is gone.
  void close_streams();
  /// What becomes of a line on its way to the streams; null: nothing.
  std::function<std::string(const std::string&)> garble;
  /// The last event once more, on every stream.
  void repeat_last();
  void go_down();
  /// Another process: its ring is empty, and it knows how things are.
  void come_up();

  // Its streams; see model_stream.cpp.
  void start(const std::shared_ptr<docker::event_stream>& stream, docker::stream_sinks sinks,
             std::function<void(failure&&)> ended);
  std::size_t active();      ///< streams that have something to do now
  void go_on(std::size_t i); ///< one step of the stream of this number
  bool reader_may_read() const;

  // Who asks; see model_client.cpp.
  std::unique_ptr<docker::client> make_client();
  std::unique_ptr<docker::event_stream> make_stream(const docker::stream_settings& settings);
  result<daemon_identity> identity();
  /// The failure of such a question at this moment, if it fails.
  std::optional<failure> fails(question what);
  /// Called before an answer is made up, and after: the world may change meanwhile.
  std::function<void(bool made_up)> meanwhile;
  /// Called between a stream's headers and its subscription.
  std::function<void()> in_the_gap;

  /// The last that was said of each resource: there, or not (a 404, or a complete list without it).
  struct statement {
    bool there = false;
    std::optional<nanoseconds> gone_at; ///< when it was last said
  };
  using statements = std::map<std::string, statement>;
  statements said_volumes;
  statements said_containers;
  void say(statements& of, const std::string& key, bool there) {
    auto& x = of[key];
    x.there = there;
    if (!there)
      x.gone_at = runs.now();
  }

  docker::past_events remembered(timestamp since, timestamp until) const;
  timestamp now() const { return our_clock_() + (habits.skew + step).count(); }

  machine& runs;
  const daemon_habits habits;
  std::shared_ptr<reading> read = std::make_shared<reading>();
  std::uint64_t held_up = 0; ///< events whose publisher had to wait for a slow reader
  /// Null, or when the reader waits for others before it reads on.
  std::function<bool()> reader_waits;

  struct line {
    timestamp time;
    std::string text;
    std::optional<docker_event> event{}; ///< of the catalogue, as it should be understood
    nanoseconds published{};             ///< when, whatever its stamp says
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

/// What a node sees of it.
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
