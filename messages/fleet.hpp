#pragma once

#include "messages/changes.hpp"
#include "messages/health.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace volumeviz {

/// The version of the protocol between agents and a hub. To an agent the hub is the database: the
/// agent sends each change_batch in chunks, and the hub answers when it has committed the batch.
///
/// Programs with different versions refuse each other. The first request and its answer (see
/// hub_gate_actor in actors.hpp) are plain values, so that every version can read them.
inline constexpr std::uint32_t link_protocol = 5;

/// An agent asks to be admitted. The certificate of its connection has proven that it may use the
/// name.
struct agent_hello {
  std::string host; ///< NODE_NAME
  std::string program_version;
  std::string engine_id;         ///< empty: not known yet
  std::uint64_t incarnation = 0; ///< a random number that identifies this process
  std::uint64_t acked = 0; ///< the newest batch of this process that was acknowledged; 0: none
};

/// The agent may report.
struct link_welcome {
  std::string token; ///< the session's secret, which every message of the agent repeats
  /// The hub can't continue where the agent's last session ended: it was restarted, or does not
  /// know a batch that the agent takes for acknowledged. List everything again.
  bool snapshot = false;
};

/// A part of one batch. The agent sends the chunks of a batch in order, each one after the answer
/// to the previous one.
struct link_chunk {
  std::string token;
  std::uint64_t seq = 0; ///< of the batch; grows by one within a process
  std::uint32_t index = 0;
  bool last = false;
  change_batch
      part; ///< `complete`, `confirmed`, `spared` and the facts are those of the last chunk
};

/// An agent's report about itself, every two seconds.
struct link_heartbeat {
  std::string token;
  std::string engine_id, engine_version;
  bool connected = false; ///< to its daemon's stream
  health_status status = health_status::unhealthy;
  std::uint64_t queue_size = 0;       ///< events waiting
  std::int64_t verified_ago_ms = -1;  ///< by the agent's own clock; -1: never
  std::vector<std::string> reasons{}; ///< why it is not healthy
};

/// A host as the hub knows it.
struct host_report {
  std::string host;
  bool connected = false;
  timestamp since = never; ///< when it connected or went away, by the hub's clock
  std::string away_reason;
  std::string address; ///< the agent's CAF node, for logs
  std::string program_version;
  std::string engine_id, engine_version;
  bool stream_connected = false;
  health_status status = health_status::unhealthy;
  std::uint64_t queue_size = 0;
  timestamp last_heard = never;
  timestamp verified_at = never; ///< by the hub's clock
  std::uint64_t batches = 0;     ///< committed since the hub has started
  std::uint64_t refused = 0;     ///< chunks that found the hub's queue full
  std::vector<std::string> reasons;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, agent_hello& x) {
  return f(x.host, x.program_version, x.engine_id, x.incarnation, x.acked);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_welcome& x) {
  return f(x.token, x.snapshot);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_chunk& x) {
  return f(x.token, x.seq, x.index, x.last, x.part);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, link_heartbeat& x) {
  return f(x.token, x.engine_id, x.engine_version, x.connected, x.status, x.queue_size,
           x.verified_ago_ms, x.reasons);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, host_report& x) {
  return f(x.host, x.connected, x.since, x.away_reason, x.address, x.program_version, x.engine_id,
           x.engine_version, x.stream_connected, x.status, x.queue_size, x.last_heard,
           x.verified_at, x.batches, x.refused, x.reasons);
}

} // namespace volumeviz
