#pragma once

// A map of the program: the typed interface of each actor, one line per handler. Read this first.
//
// clang-format off
//     node                          the root: starts all actors in order, restarts those that die, stops all
//     ├── stream_supervisor         keeps one event stream open; waits longer after each failure
//     │   ├── stream_reader         one connection to /events, from its first byte to its last
//     │   └── stream_auditor        a DOCKER INSPECTOR that asks the daemon what the stream should have shown
//     ├── volume_handler            keeps the rows of volumes up to date, one fetch at a time
//     ├── container_handler         keeps the rows of containers and their mounts up to date
//     ├── volume_inspector          a DOCKER INSPECTOR for volumes; a dead volume plugin blocks it for 15 s
//     ├── container_inspector       a DOCKER INSPECTOR for containers
//     ├── inventory_store           the only writer to the database
//     ├── reconciler                decides when all rows are stale, and keeps the record of the runs
//     ├── metrics_aggregator        counts, and renders /metrics
//     └── health_reporter           decides whether the node is healthy and ready
//
// An agent has a hub_link in place of the inventory_store: its handlers send their batches to the
// hub instead of a database. A hub watches no Docker daemon:
//
//     node
//     ├── hub_gate                  admits agents; the only actor that a new connection can reach
//     ├── fleet_roster              every host the hub knows, whether its agent is connected, and since when
//     │   └── hub_session           the connection of one agent: passes its batches on to the store
//     ├── host_census               reads from the database which hosts it has
//     └── inventory_store, metrics_aggregator, health_reporter   as above
// clang-format on
//
// A handler marked INTERNAL gets its message from the actor itself: a timer, or the actor's own
// thread. A message marked BOUNDED counts against the limit of its mailbox; see platform/slot.hpp.

#include "messages/daemon_identity.hpp"
#include "messages/type_ids.hpp"

#include <caf/atom.hpp>
#include <caf/node_id.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <set>
#include <string>
#include <vector>

namespace volumeviz {

/// STREAM READER: reads one connection to /events and sends every event to its handler. The actor
/// ends when the stream ends.
using stream_reader_actor = caf::typed_actor<
    // INTERNAL: the daemon has answered /events.
    caf::reacts_to<atom::opened, daemon_identity>,
    // INTERNAL: the stream has ended, and why.
    caf::reacts_to<atom::ended, failure>,
    // INTERNAL: the next audit is due.
    caf::reacts_to<atom::audit_due>,
    // Answers true: the actor responds.
    caf::replies_to<atom::alive>::with<bool>>;

/// STREAM SUPERVISOR: starts a new STREAM READER whenever the last one has ended, after a wait that
/// grows with each failure.
using stream_supervisor_actor = caf::typed_actor<
    // The reader's stream is open.
    caf::reacts_to<atom::opened, daemon_identity>,
    // The reader's stream has ended, or an audit found it dead or incomplete.
    caf::reacts_to<atom::ended, failure>,
    // The daemon's socket was just created: end the wait.
    caf::reacts_to<atom::wake>,
    // An actor was restarted: publish the current stream state again.
    caf::reacts_to<atom::identify>,
    // INTERNAL: the wait of this number is over.
    caf::reacts_to<atom::backoff_over, std::uint64_t>,
    // INTERNAL: ask, during a long wait, whether the daemon is back.
    caf::reacts_to<atom::probe_due>,
    // Ends the reader. Answers when its stream is closed.
    caf::replies_to<atom::stop>::with<bool>, caf::replies_to<atom::alive>::with<bool>>;

/// VOLUME HANDLER and CONTAINER HANDLER: the sequencer of one kind. One fetch from Docker at a
/// time, then one write to the store.
using resource_handler_actor = caf::typed_actor<
    // BOUNDED: an event of one resource.
    caf::reacts_to<docker_event>,
    // The full mailbox has refused events.
    caf::reacts_to<atom::overflow>,
    // List the whole kind, for this reason. The number is the run to notify when done; 0 for none.
    caf::reacts_to<atom::reconcile, list_reason, std::uint64_t>,
    // Fetch these resources too, although no event named them.
    caf::reacts_to<atom::recheck, std::vector<std::string>>,
    // Barrier: every event the daemon emitted before this time is already ahead of this message.
    caf::reacts_to<atom::barrier, timestamp>,
    // The database answers again: end the wait.
    caf::reacts_to<atom::wake>,
    // INTERNAL: the work of this timer is due.
    caf::reacts_to<atom::work_due, std::uint64_t>,
    // Finishes the work that was accepted. Answers when that is done.
    caf::replies_to<atom::stop>::with<bool>, caf::replies_to<atom::alive>::with<bool>>;

/// DOCKER INSPECTOR: calls the daemon. The calls block, so it may hold up one of the workers.
using docker_inspector_actor = caf::typed_actor<
    // Inspects resources, or lists a kind.
    caf::replies_to<fetch_request>::with<observation>,
    // Fetches the events that the daemon remembers.
    caf::replies_to<audit_request>::with<audit_answer>,
    // Asks whether the daemon answers. The text of the answer is empty when it does, else why not.
    caf::replies_to<atom::identify>::with<failure>>;

/// INVENTORY STORE: the only writer to the database. The calls block, so it has a thread of its
/// own.
using inventory_store_actor = caf::typed_actor<
    // Writes a batch. Batches that wait at the same time share a transaction.
    caf::replies_to<change_batch>::with<write_answer>,
    // Another node writes this host's rows from now on: release the host's lock.
    caf::reacts_to<atom::release, std::string>,
    // INTERNAL: write the batches that wait.
    caf::reacts_to<atom::write_due>,
    // INTERNAL: check whether the database answers.
    caf::reacts_to<atom::ping_due>,
    // Answers when every batch that came before has been written or refused.
    caf::replies_to<atom::stop>::with<bool>>;

/// RECONCILER: decides when all rows are stale, and keeps the record of the runs.
using reconciler_actor = caf::typed_actor<
    // A user demands a reconciliation. An error (docker_unreachable) while no stream is open.
    caf::replies_to<atom::reconcile, reconcile_scope>::with<reconcile_ticket>,
    // The stream has opened or ended.
    caf::reacts_to<stream_report>,
    // A handler has begun to list. The number is the newest run that this list serves.
    caf::reacts_to<atom::listing, resource_kind, std::uint64_t>,
    // A handler has listed its kind, or failed to.
    caf::reacts_to<list_report>,
    // An audit has passed: the stream has shown every event the daemon emitted before this time.
    caf::reacts_to<atom::barrier, timestamp>,
    // A handler has completed every event the daemon emitted before this time.
    caf::reacts_to<atom::verified, resource_kind, timestamp>,
    // INTERNAL: the periodic reconciliation of this number is due.
    caf::reacts_to<atom::interval_due, std::uint64_t>,
    // INTERNAL: write the host's row.
    caf::reacts_to<atom::host_row_due>, caf::replies_to<atom::alive>::with<bool>>;

/// METRICS AGGREGATOR: counts what the other actors report, and renders /metrics.
using metrics_aggregator_actor =
    caf::typed_actor<caf::reacts_to<work_report>, caf::reacts_to<list_report>,
                     caf::reacts_to<stream_report>, caf::reacts_to<store_report>,
                     caf::reacts_to<reconcile_status>,
                     // A full reconciliation has ended; how many seconds it took.
                     caf::reacts_to<atom::run_done, double>,
                     // Drift: what a list had to repair although no event announced it.
                     caf::reacts_to<atom::drift, std::vector<row_change>>,
                     // A handler died with so many events that were not completed.
                     caf::reacts_to<atom::lost, std::uint64_t>,
                     // INTERNAL: write the actors' statistics to the log.
                     caf::reacts_to<atom::stats_due>,
                     // Answers with the Prometheus text.
                     caf::replies_to<atom::render>::with<std::string>,
                     caf::replies_to<atom::counters>::with<event_counters>,
                     caf::replies_to<atom::actors>::with<std::vector<actor_report>>,
                     caf::replies_to<atom::alive>::with<bool>>;

/// HEALTH REPORTER: keeps the last report of each actor, and decides from them whether the node is
/// healthy and ready.
using health_reporter_actor = caf::typed_actor<
    caf::reacts_to<stream_report>, caf::reacts_to<store_report>, caf::reacts_to<reconcile_status>,
    // The rows of a kind that the database refuses now.
    caf::reacts_to<rejected_report>,
    // A handler could not fetch its kind, or could not write it. An empty text: it works again.
    caf::reacts_to<atom::trouble, resource_kind, failure>,
    // The resources of a kind that can't be inspected now.
    caf::reacts_to<unverified_report>,
    // A sentence about the entries that the newest list of a kind left out. Empty: none.
    caf::reacts_to<atom::left_out, resource_kind, std::string>,
    // INTERNAL: ask, while the events system is off, whether Docker answers.
    caf::reacts_to<atom::probe_due>, caf::replies_to<atom::health>::with<health_report>,
    // Answers why the node is not ready. Empty: it is ready.
    caf::replies_to<atom::ready>::with<std::vector<std::string>>,
    caf::replies_to<atom::alive>::with<bool>>;

/// HUB LINK: sends an agent's batches to its hub. To the handlers it is the INVENTORY STORE.
using hub_link_actor = inventory_store_actor::extend<
    // INTERNAL: connect now.
    caf::reacts_to<atom::dial>,
    // INTERNAL: send the current chunk of the batch of this number again.
    caf::reacts_to<atom::dial, std::uint64_t>,
    // INTERNAL: the next heartbeat is due.
    caf::reacts_to<atom::heartbeat_due>>;

/// What the HUB LINK needs to know of a HUB CONNECTOR: given the hub's address, it answers with the
/// hub's node and its HUB GATE. It opens the connection unless it has one, and never blocks.
using connector_actor =
    caf::typed_actor<caf::replies_to<caf::connect_atom, std::string, std::uint16_t>::with<
        caf::node_id, caf::strong_actor_ptr, std::set<std::string>>>;

/// HUB CONNECTOR: opens an agent's connection to its hub.
using hub_connector_actor = connector_actor::extend<
    // INTERNAL: the attempt of this number has ended.
    caf::reacts_to<atom::dial, std::uint64_t>>;

/// HUB GATE: checks that an agent may report for its host. Agents reach it before they have proven
/// their name, so it does nothing else. A refusal is an error with a sentence.
using hub_gate_actor = caf::typed_actor<
    // An agent's protocol number, host and program version. Answers the hub's protocol number and
    // version, and why it refuses the agent; empty when it does not.
    caf::replies_to<atom::hello, std::uint32_t, std::string,
                    std::string>::with<std::uint32_t, std::string, std::string>,
    // An agent asks to be admitted. Answers the token of its session, and its HUB SESSION.
    caf::replies_to<agent_hello>::with<link_welcome, caf::strong_actor_ptr>>;

/// HUB SESSION: the connection of one agent. Agents reach it, so it refuses every message without
/// the session's token.
using hub_session_actor = caf::typed_actor<
    // BOUNDED: a chunk of a batch. Answers when the agent may send the next chunk; for the last
    // chunk, when the batch is committed. An error when the hub's queue is full.
    caf::replies_to<link_chunk>::with<write_answer>,
    // The agent's heartbeat, with its state.
    caf::replies_to<link_heartbeat>::with<bool>,
    // INTERNAL: drop batches that have not been completed in time.
    caf::reacts_to<atom::cleanup_due>>;

/// HOST CENSUS: reads from the database which hosts it has. The call blocks, so it has a thread of
/// its own.
using host_census_actor = caf::typed_actor<
    // INTERNAL: read the hosts.
    caf::reacts_to<atom::census_due>>;

/// FLEET ROSTER: every host the hub knows, whether its agent is connected, and since when.
using fleet_roster_actor = caf::typed_actor<
    // The HUB GATE has checked this agent. The actor is the agent's HUB LINK.
    caf::replies_to<atom::opened, agent_hello, caf::strong_actor_ptr>::with<link_welcome,
                                                                            caf::strong_actor_ptr>,
    // The session of this number has received a heartbeat.
    caf::reacts_to<atom::heartbeat, std::uint64_t, link_heartbeat>,
    // The session of the first number has committed the batch of the second number.
    caf::reacts_to<atom::verified, std::uint64_t, std::uint64_t>,
    // INTERNAL: end sessions without heartbeats, and forget agents that waited too long.
    caf::reacts_to<atom::sweep_due>,
    // The hosts that the database has.
    caf::reacts_to<atom::hosts, std::vector<host_report>>,
    // Answers with every host, ordered by name.
    caf::replies_to<atom::hosts>::with<std::vector<host_report>>,
    caf::replies_to<atom::alive>::with<bool>>;

/// NODE: the root of the tree.
using node_actor = caf::typed_actor<
    // INTERNAL: start the child of this number again.
    caf::reacts_to<atom::restart, std::uint64_t>,
    // INTERNAL: ask every actor that must respond whether it does.
    caf::reacts_to<atom::alive_due>,
    // Answers with the actors that have not responded lately. Empty: all have.
    caf::replies_to<atom::alive>::with<std::vector<std::string>>,
    // Stops the stream, finishes the work that was accepted, then stops all actors. Answers when
    // that is done.
    caf::replies_to<atom::stop>::with<bool>>;

} // namespace volumeviz
