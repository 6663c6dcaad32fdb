#pragma once

#include "actors/actor_context.hpp"
#include "actors/stream/stream_memory.hpp"
#include "docker/client.hpp"
#include "sync/audit_policy.hpp"
#include "sync/stream_audit.hpp"

#include <functional>
#include <memory>
#include <thread>

namespace volumeviz {

/// Runs a stream to its end: calls the sinks with what it shows, then `ended` with the reason. A
/// stream blocks, so the runner starts a thread; its owner stops the stream, then joins the thread.
/// A deterministic test runs its streams step by step, without a thread.
using stream_runner =
    std::function<std::jthread(std::shared_ptr<docker::event_stream>, docker::stream_sinks,
                               std::function<void(failure&&)> ended)>;
std::jthread run_on_own_thread(std::shared_ptr<docker::event_stream> stream,
                               docker::stream_sinks sinks, std::function<void(failure&&)> ended);

struct reader_parts {
  /// This reader's own. Shared only so that a shutdown can interrupt it.
  std::shared_ptr<docker::event_stream> stream;
  std::shared_ptr<stream_memory> memory;
  stream_supervisor_actor supervisor;
  docker_inspector_actor auditor;
  sync::audit_policy audits{};
  stream_runner run_stream = run_on_own_thread;
};

/// STREAM READER: owns the thread that reads one connection to /events. The thread reads, splits
/// and parses the lines, and sends the events to their handlers. It waits for the daemon only: a
/// daemon drops events without notice for a slow reader, and slows down all its clients.
///
/// The actor itself audits the stream. sync::stream_audit decides what to ask and what the answer
/// means; the actor carries that out: it asks for lists, sends a barrier, or ends. The next reader
/// begins with lists.
class stream_reader {
public:
  using interface = stream_reader_actor;

  stream_reader(interface::pointer self, context_ptr context, reader_parts parts);
  ~stream_reader();
  stream_reader(const stream_reader&) = delete;
  stream_reader& operator=(const stream_reader&) = delete;
  interface::behavior_type make_behavior();

private:
  void opened(const daemon_identity& daemon);
  void ended(const failure& why);
  void audit();
  void audit_answered(const audit_answer& answer);
  void carry_out(const sync::stream_decision& decision);
  void request_lists(sync::relist_cause cause);
  sync::clock_reading clocks() const;

  interface::pointer self_;
  context_ptr context_;
  reader_parts parts_;
  sync::stream_audit audit_;
  std::jthread thread_;
};

} // namespace volumeviz
