#pragma once

// The map of the program: every actor's typed interface, one line a handler. Read this first.
//
// clang-format off
//     node                          the root: starts in order, restarts what dies, stops in order
//     ├── stream_supervisor         keeps one stream alive: backoff, jitter
//     │   ├── stream_reader         one connection, one life; owns the reading thread
//     │   └── stream_auditor        a DOCKER INSPECTOR that asks what the stream should have shown
//     ├── volume_handler            sequencer of volumes; bounded mailbox
//     ├── container_handler         sequencer of containers and their mounts; bounded mailbox
//     ├── volume_inspector          a DOCKER INSPECTOR for volumes: a dead plugin blocks for 15 s
//     ├── container_inspector       a DOCKER INSPECTOR for containers
//     ├── inventory_store           the one writer
//     ├── reconciler                decides when all is stale, keeps the record of runs
//     ├── metrics_aggregator        where numbers live
//     └── health_reporter           knows what "healthy" means
//
// An agent has a hub_link where the others have the inventory_store: to its handlers the hub is the
// database. A hub watches no Docker daemon:
//
//     node
//     ├── hub_gate                  where agents knock; the only actor that others can reach
//     ├── fleet_roster              who reports, who is away
//     │   └── hub_session           one agent's; takes what it sends to the store
//     ├── host_census               which hosts the database has
//     ├── inventory_store, metrics_aggregator, health_reporter   as above
// clang-format on

#include "docker/client.hpp"
#include "messages/type_ids.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <string>
#include <vector>

namespace volumeviz::docker {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, daemon_identity& x) {
  return f(x.api_version, x.engine_id, x.engine_version, x.podman, x.daemon_time, x.local_time);
}

} // namespace volumeviz::docker

namespace volumeviz {

/// Reads one connection to /events until it ends, and hands every event to its handler. Ends with
/// the stream.
using stream_reader_actor = caf::typed_actor<
    // INTERNAL: the reading thread says that the daemon has answered.
    caf::reacts_to<atom::opened, docker::daemon_identity>,
    // INTERNAL: the reading thread says why the stream has ended.
    caf::reacts_to<atom::ended, failure>,
    // INTERNAL: time for the next audit.
    caf::reacts_to<atom::audit_due>,
    // Answers true: still responding.
    caf::replies_to<atom::alive>::with<bool>>;

/// Keeps one STREAM READER alive, with exponential backoff between two lives.
using stream_supervisor_actor = caf::typed_actor<
    // The reader's stream is open.
    caf::reacts_to<atom::opened, docker::daemon_identity>,
    // The reader's stream has ended, or was found dead or lossy.
    caf::reacts_to<atom::ended, failure>,
    // The daemon's socket has just been created: no need to wait out the backoff.
    caf::reacts_to<atom::wake>,
    // Somebody who was restarted does not know the state of the stream: tell it again.
    caf::reacts_to<atom::identify>,
    // INTERNAL: the backoff of this epoch is over.
    caf::reacts_to<atom::backoff_over, std::uint64_t>,
    // INTERNAL: within a long wait, time to ask whether the daemon is back.
    caf::reacts_to<atom::probe_due>,
    // Ends the reader; answers when nothing is read any more.
    caf::replies_to<atom::stop>::with<bool>, caf::replies_to<atom::alive>::with<bool>>;

/// The sequencer of one kind: one look at Docker at a time, then one write.
using resource_handler_actor = caf::typed_actor<
    // BOUNDED: something happened to a resource.
    caf::reacts_to<docker_event>,
    // The full mailbox has refused events.
    caf::reacts_to<atom::overflow>,
    // The kind is stale; the number is the reconciliation run that wants to hear of it, 0 for none.
    caf::reacts_to<atom::reconcile, list_reason, std::uint64_t>,
    // These resources may be stale, too (no event said so).
    caf::reacts_to<atom::recheck, std::vector<std::string>>,
    // Everything that the daemon had announced until then is in the mailbox before this.
    caf::reacts_to<atom::barrier, timestamp>,
    // The database is back: no need to wait out the pause.
    caf::reacts_to<atom::wake>,
    // INTERNAL: something is due.
    caf::reacts_to<atom::work_due, std::uint64_t>,
    // Finishes what was accepted, then answers.
    caf::replies_to<atom::stop>::with<bool>, caf::replies_to<atom::alive>::with<bool>>;

/// Asks the daemon; blocking, so on a thread of its own.
using docker_inspector_actor = caf::typed_actor<
    // Looks at resources, or lists a kind.
    caf::replies_to<fetch_request>::with<observation>,
    // What the daemon remembers of its events.
    caf::replies_to<audit_request>::with<audit_answer>,
    // Whether the daemon answers at all: the text is empty, or says why not.
    caf::replies_to<atom::identify>::with<failure>>;

/// The one writer; blocking, so on a thread of its own.
using inventory_store_actor = caf::typed_actor<
    // Writes what was observed; what waits at the same time shares a transaction.
    caf::replies_to<change_batch>::with<write_answer>,
    // This host is written by somebody else from now on: gives its lock back.
    caf::reacts_to<atom::release, std::string>,
    // INTERNAL: writes what has been collected.
    caf::reacts_to<atom::write_due>,
    // INTERNAL: asks the database whether it is there.
    caf::reacts_to<atom::ping_due>,
    // Answers when everything before has been written or refused.
    caf::replies_to<atom::stop>::with<bool>>;

/// Decides when everything is stale, and keeps the record of the runs.
using reconciler_actor = caf::typed_actor<
    // A reconciliation on demand; an error (docker_unreachable) while the stream is not connected.
    caf::replies_to<atom::reconcile, reconcile_scope>::with<reconcile_ticket>,
    // The stream has opened or ended.
    caf::reacts_to<stream_report>,
    // A handler has begun to list; the number is the newest run that this answers.
    caf::reacts_to<atom::listing, resource_kind, std::uint64_t>,
    // A handler has listed, or could not.
    caf::reacts_to<list_report>,
    // The stream has shown everything that the daemon announced until then.
    caf::reacts_to<atom::barrier, timestamp>,
    // A handler has settled everything that was announced until then.
    caf::reacts_to<atom::verified, resource_kind, timestamp>,
    // INTERNAL: the periodic reconciliation of this epoch.
    caf::reacts_to<atom::interval_due, std::uint64_t>,
    // INTERNAL: time to write the host's row.
    caf::reacts_to<atom::host_row_due>, caf::replies_to<atom::alive>::with<bool>>;

/// The one place where numbers live.
using metrics_aggregator_actor =
    caf::typed_actor<caf::reacts_to<work_report>, caf::reacts_to<list_report>,
                     caf::reacts_to<stream_report>, caf::reacts_to<store_report>,
                     caf::reacts_to<reconcile_status>,
                     // A full reconciliation took so many seconds.
                     caf::reacts_to<atom::run_done, double>,
                     // What a list had to mend that no event had announced.
                     caf::reacts_to<atom::drift, std::vector<row_change>>,
                     // Events that died with their handler.
                     caf::reacts_to<atom::lost, resource_kind, std::uint64_t>,
                     // INTERNAL: time for the actor statistics in the log.
                     caf::reacts_to<atom::stats_due>,
                     // The Prometheus text.
                     caf::replies_to<atom::render>::with<std::string>,
                     caf::replies_to<atom::counters>::with<event_counters>,
                     caf::replies_to<atom::actors>::with<std::vector<actor_report>>,
                     caf::replies_to<atom::alive>::with<bool>>;

/// Knows what "healthy" means, from the parts' last word.
using health_reporter_actor = caf::typed_actor<
    caf::reacts_to<stream_report>, caf::reacts_to<store_report>, caf::reacts_to<reconcile_status>,
    // Which rows of a kind the database refuses now.
    caf::reacts_to<rejected_report>,
    // A handler could not look at its kind, or not write what it saw; an empty
    // text: it works again.
    caf::reacts_to<atom::trouble, resource_kind, failure>,
    // Which resources of a kind can't be inspected now.
    caf::reacts_to<unverified_report>,
    // What the newest list of a kind has left out, a sentence; empty: nothing.
    caf::reacts_to<atom::left_out, resource_kind, std::string>,
    // INTERNAL: asks whether Docker answers while the events system is off.
    caf::reacts_to<atom::probe_due>, caf::replies_to<atom::health>::with<health_report>,
    // Why the node is not ready; empty when it is.
    caf::replies_to<atom::ready>::with<std::vector<std::string>>,
    caf::replies_to<atom::alive>::with<bool>>;

/// HUB GATE: lets agents in that can prove who they are. Reached from outside, so it does nothing
/// else. Refusals are errors with a sentence.
using hub_gate_actor = caf::typed_actor<
    // The first question: protocol number, host and program version. Answers the hub's protocol
    // number, its version, and why it refuses; empty when it does not.
    caf::replies_to<atom::hello, std::uint32_t, std::string,
                    std::string>::with<std::uint32_t, std::string, std::string>,
    // Who wants to report; answers the secret of its session, and its HUB SESSION.
    caf::replies_to<agent_hello>::with<link_welcome, caf::strong_actor_ptr>>;

/// HUB SESSION: one agent's connection. Reached from outside; believes only who has its secret.
using hub_session_actor = caf::typed_actor<
    // BOUNDED: a part of a batch. Answered when it may be followed by the next, the last when all
    // is committed; an error when the hub's queue is full.
    caf::replies_to<link_chunk>::with<write_answer>,
    // Still there.
    caf::replies_to<link_heartbeat>::with<bool>,
    // INTERNAL: time to forget batches of which nothing more has come.
    caf::reacts_to<atom::cleanup_due>>;

/// HOST CENSUS: asks the database which hosts it has; blocking, so on a thread of its own.
using host_census_actor = caf::typed_actor<
    // INTERNAL: time to ask.
    caf::reacts_to<atom::census_due>>;

/// FLEET ROSTER: which hosts there are, who reports, who is away since when.
using fleet_roster_actor = caf::typed_actor<
    // An agent that has proven who it is, and its HUB LINK.
    caf::replies_to<atom::opened, agent_hello, caf::strong_actor_ptr>::with<link_welcome,
                                                                            caf::strong_actor_ptr>,
    // A session (by its number) has heard of its agent.
    caf::reacts_to<atom::heartbeat, std::uint64_t, link_heartbeat>,
    // A session (by its number) has committed the batch of that number.
    caf::reacts_to<atom::verified, std::uint64_t, std::uint64_t>,
    // INTERNAL: who has been silent for too long; which hosts does the database have.
    caf::reacts_to<atom::sweep_due>,
    // The hosts that the database has.
    caf::reacts_to<atom::hosts, std::vector<host_report>>,
    // Everybody, in the order of their names.
    caf::replies_to<atom::hosts>::with<std::vector<host_report>>,
    caf::replies_to<atom::alive>::with<bool>>;

/// The root of the tree.
using node_actor = caf::typed_actor<
    // INTERNAL: the child of this number is to be started again.
    caf::reacts_to<atom::restart, std::uint64_t>,
    // INTERNAL: asks every core actor whether it responds.
    caf::reacts_to<atom::alive_due>,
    // Who did not respond lately; empty when all do.
    caf::replies_to<atom::alive>::with<std::vector<std::string>>,
    // Stops reading, finishes what was accepted, stops everything; answers then.
    caf::replies_to<atom::stop>::with<bool>>;

} // namespace volumeviz
