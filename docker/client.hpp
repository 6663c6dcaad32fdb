#pragma once

#include "messages/daemon_identity.hpp"
#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "messages/left_out.hpp"
#include "messages/packed_list.hpp"
#include "messages/resources.hpp"
#include "runtime/deadlines.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::docker {

/// Where the daemon listens, as the docker CLI understands it.
struct endpoint {
  std::string host =
      "unix:///var/run/docker.sock"; ///< DOCKER_HOST: unix:///PATH or tcp://HOST:PORT
  bool tls = false;                  ///< DOCKER_TLS_VERIFY
  std::string cert_path;             ///< DOCKER_CERT_PATH: ca.pem, cert.pem, key.pem
};

/// GET /volumes.
struct volume_listing {
  packed_list<volume> volumes;
  /// The daemon's messages about drivers that did not answer. If there are any, the list is
  /// partial and must delete nothing.
  std::vector<std::string> warnings;
  /// Entries that can't be parsed. `volumes` lacks them, and their rows must stay: see
  /// sync/left_out.hpp.
  std::vector<left_out_entry> left_out{};
};

/// GET /containers/json?all=1.
struct container_listing {
  packed_list<container> containers;
  std::vector<left_out_entry> left_out{}; ///< as in volume_listing
};

/// The events that a daemon remembers.
struct past_events {
  std::vector<docker_event> events; ///< of event_catalogue()
  /// The time of each event of any type, in the order of the daemon's ring.
  std::vector<timestamp> stamps;
  /// False: the whole text was too long, and `stamps` are those of volume and container events.
  bool all = true;
  /// The daemon's clock when it answered, in whole seconds; `never` if it did not say.
  timestamp answered_at = never;
  /// It came on the connection of the answer before: the same process of the daemon gave both.
  bool continued = false;
};

using deadline =
    std::chrono::milliseconds; ///< the most that one call may take, connecting included

/// The requests that the node sends; none changes anything in Docker. Blocking; one thread at a
/// time per client. A client connects with its first request, and again after its connection broke.
/// It negotiates the API version for each connection.
class client {
public:
  virtual ~client() = default;
  virtual result<daemon_identity> identify(deadline limit) = 0;          ///< /_ping and /info
  virtual result<volume_listing> list_volumes(deadline limit) = 0;       ///< /volumes
  virtual result<container_listing> list_containers(deadline limit) = 0; ///< /containers/json?all=1
  /// No value inside: the daemon answers 404 and says that the volume does not exist.
  virtual result<std::optional<volume>> inspect_volume(const std::string& name, deadline limit) = 0;
  virtual result<std::optional<container>> inspect_container(const std::string& id,
                                                             deadline limit) = 0;
  /// The events that the daemon still remembers (256 of all types) between two times of its own
  /// clock, both inclusive. The answer comes at once when `until` is not in the daemon's future.
  virtual result<past_events> events_between(timestamp since, timestamp until, deadline limit) = 0;
  /// From any thread: the call in flight returns ec::cancelled soon, and each later one at once.
  virtual void stop() noexcept = 0;
};

/// What a stream reports while it runs, on the thread that runs it. None of these may block.
struct stream_sinks {
  /// Called once, when the daemon has answered /events with 200.
  std::function<void(const daemon_identity&)> opened;
  std::function<void(docker_event&&)>
      event; ///< only events of event_catalogue(), in the order of arrival
  /// A volume or container event that can't change a row (exec_start, mount, …).
  std::function<void()> ignored;
  /// A line that is not a valid event or is too long: an event was lost, and which one is unknown.
  std::function<void(failure&&)> damaged;
  std::function<void(std::size_t)> bytes; ///< the size of what has just been read
};

/// One connection to /events. run() is called once.
class event_stream {
public:
  virtual ~event_stream() = default;
  /// Identifies the daemon, subscribes `overlap` before the daemon's now, and reads until the
  /// stream ends. Blocks. Returns why it ended: ec::cancelled after stop(), otherwise
  /// ec::docker_unreachable, also when the daemon ended it cleanly. A line that is incomplete at
  /// the end is discarded.
  virtual failure run(const stream_sinks& sinks) = 0;
  /// From any thread, at any time, also before run(): run() returns within about 100 ms.
  virtual void stop() noexcept = 0;
  /// From any thread: it is connected, and the kernel has not heard that the daemon closed it. The
  /// kernel knows of the end before run() has read up to it.
  virtual bool connected() const noexcept = 0;
};

struct stream_settings {
  std::chrono::milliseconds overlap{5000};       ///< how far before now the subscription begins
  std::chrono::milliseconds connect_limit{5000}; ///< for each step until /events has answered
  std::size_t line_limit =
      16 * 1024
      * 1024; ///< bytes; each event of a container has all its labels, which may be megabytes
};

/// Makes clients and streams for one endpoint. Thread-safe.
class daemon {
public:
  virtual ~daemon() = default;
  virtual std::unique_ptr<client> make_client() const = 0;
  virtual std::unique_ptr<event_stream> make_stream(const stream_settings& settings) const = 0;
};

/// The daemon behind a socket. Fails with ec::bad_request when the endpoint can't be parsed or its
/// certificates can't be read; does not connect. The keeper watches the deadlines of all its calls.
result<std::shared_ptr<const daemon>>
connect_to(const endpoint& where,
           std::shared_ptr<deadline_keeper> keeper = std::make_shared<deadline_keeper>());

} // namespace volumeviz::docker
