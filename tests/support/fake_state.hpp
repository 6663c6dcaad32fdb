#pragma once

#include "tests/support/fake_daemon.hpp"
#include "tests/support/fake_http.hpp"
#include "tests/support/scratch.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>

namespace volumeviz::support {

/// One open answer to /events.
struct fake_stream {
  std::string filters;
  std::deque<std::string> waiting; ///< bytes, each a chunk
  enum class end { none, clean, abrupt } ends = end::none;
};

/// The state of a fake_daemon, and what the threads of its connections do with it. `mutex` guards
/// everything; each change notifies `changed`.
struct fake_daemon::implementation {
  implementation(fake_dialect spoken, on place);
  ~implementation();

  void listen();
  void leave(bool leave_socket);
  void serve(fake_peer& peer);
  std::int64_t now() const;
  void log(fake_event event); ///< into ring and streams, after every change
  void forget_lists();

  fake_container& at(const std::string& id);
  void log_container(const fake_container& x, const std::string& action, text_map extra = {});
  void log_mounts(const fake_container& x, const std::string& action);

  scratch_folder folder;
  on where;
  int port = 0;
  mutable std::mutex mutex;
  std::condition_variable changed;

  fake_dialect dialect;
  std::string engine_id = "FAKE:ENGINE";
  std::chrono::nanoseconds clock_offset{0};
  fake_world world;
  std::optional<fake_world> frozen;
  std::vector<std::string> warnings;
  /// The lists of the present state; empty: not made since it changed last. Making one of 100,000
  /// volumes takes longer than the node takes to read it.
  std::string volumes_list, containers_list;
  std::deque<fake_event> ring;
  bool muted = false;
  std::size_t chunk_size = 0;
  std::int64_t last_time = 0;
  std::uint64_t made_ids = 0;

  struct scripted_path {
    std::string path;
    fake_answer answer;
    unsigned times;
  };
  std::deque<scripted_path> scripts;
  std::set<std::string> held;
  bool hung = false;
  bool leaving = false;
  std::set<fake_stream*> streams;
  std::vector<fake_request> seen;
  unsigned accepted_before = 0; ///< by earlier listeners

  std::unique_ptr<fake_listener> listener;

private:
  struct reply {
    int status = 200;
    std::string body;
  };
  bool waits(const fake_request& request) const;
  reply true_answer(const fake_request& request);
  std::optional<reply> refuse_version(const fake_request& request) const;
  bool send(fake_peer& peer, reply answer, const fake_answer& script);
  bool stream_events(fake_peer& peer, const fake_request& request, const std::string& headers);
  std::string head(int status, const std::string& more) const;
  std::optional<fake_answer> take_script(const std::string& path);
};

/// The bytes as one chunk of a body with "Transfer-Encoding: chunked".
std::string http_chunk(std::string_view bytes);

bool path_fits(const std::string& pattern, const std::string& path);

} // namespace volumeviz::support
