#pragma once

#include "tests/support/fake_world.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::support {

/// A scripted answer in place of the normal one.
struct fake_answer {
  int status = 200;
  std::string body{}; ///< empty: the normal one
  enum class cut {
    none,
    at_once, ///< the connection closes without a byte of an answer
    length,  ///< half of the body that Content-Length announces
    chunk,   ///< half of a chunk of the body
  };
  cut ends = cut::none;
  std::chrono::milliseconds drip{0}; ///< between any two bytes of the body
  std::string headers{};             ///< additional ones, each with its CRLF
  bool close = false;                ///< Connection: close
};

/// A fake Docker daemon: real HTTP on a real socket, volumes and containers in memory, and the
/// events, lists and inspects that belong to them. Thread-safe. Paths are given without the
/// version:
/// "/volumes", "/containers/json", "/info", "/_ping", "/events", "/containers/ID/json". A path that
/// ends with '*' stands for all paths with that prefix.
class fake_daemon {
public:
  enum class on { unix_socket, tcp };
  explicit fake_daemon(fake_dialect dialect = docker_20(), on where = on::unix_socket);
  ~fake_daemon();

  std::string host() const;   ///< as DOCKER_HOST
  std::string socket() const; ///< the path; the file is in a folder of its own

  // Volumes and containers. Each change emits the events that Docker (or Podman) emits for it, in
  // Docker's order. Unknown ids throw.
  void create_volume(const std::string& name, const text_map& its_labels = {});
  void remove_volume(const std::string& name);
  void prune_volumes(); ///< as 20.10: removes the unused ones, with one event for all
  std::string
  create_container(fake_container wanted); ///< the id; creates the volumes that it mounts
  std::string run(fake_container wanted);  ///< create and start; the id
  void start(const std::string& id);
  void die(const std::string& id, std::int64_t exit_code = 0);
  void stop(const std::string& id); ///< kill, die, stop
  void kill(const std::string& id);
  void restart(const std::string& id);
  void pause(const std::string& id);
  void unpause(const std::string& id);
  void rename(const std::string& id, const std::string& name);
  void update(const std::string& id);
  void oom(const std::string& id);
  void set_health(const std::string& id, const std::string& health);
  void execute(const std::string& id); ///< three events that change nothing
  void remove(const std::string& id);  ///< a running one dies first
  void prune_containers();             ///< those that do not run
  /// Any change, without any event.
  void change_silently(const std::function<void(fake_world&)>& change);
  void emit(fake_event event); ///< any event, without any change; time 0: now
  fake_world world() const;
  std::int64_t now_ns() const; ///< the daemon's clock

  // Faults, until they are reset.
  void set_warnings(std::vector<std::string> warnings); ///< of the list of volumes
  void set_clock_offset(std::chrono::nanoseconds offset);
  void set_engine_id(const std::string& id);
  void set_dialect(fake_dialect dialect); ///< as after an upgrade
  void freeze_answers(bool frozen);       ///< lists and inspects show the present state
  void mute_streams(bool muted);          ///< events reach the ring, but no open stream
  void
  set_chunk_size(std::size_t bytes); ///< streams are written in chunks of that size; 0: whole lines

  // Scripts. Each is for the next `times` requests of a path, after all earlier scripts.
  void answer_next(const std::string& path, fake_answer answer, unsigned times = 1);
  void fail_next(const std::string& path, int status, const std::string& message,
                 unsigned times = 1);
  void hold(const std::string& path); ///< requests wait
  void release(const std::string& path);

  // The daemon as a process.
  void hang(bool hung); ///< connections are accepted, nothing is answered or streamed
  void shut_down(bool leave_socket = false); ///< closes all connections and stops listening
  void start_again();                        ///< listens again, with an empty ring of events
  void cut_idle_connections();               ///< those without a request in flight
  void cut_connections();

  // Open event streams.
  std::size_t streams() const;
  void end_streams();                    ///< cleanly, with the last chunk
  void cut_streams();                    ///< without the last chunk
  void send_raw(std::string_view bytes); ///< into each, as a chunk

  unsigned requests(const std::string& path) const; ///< how many have arrived
  std::vector<std::string>
  targets() const;              ///< of all requests, in order: "/v1.41/events?since=…", decoded
  unsigned connections() const; ///< ever accepted

private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace volumeviz::support
