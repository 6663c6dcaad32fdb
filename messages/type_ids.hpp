#pragma once

#include "messages/changes.hpp"
#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "messages/fleet.hpp"
#include "messages/health.hpp"
#include "messages/observation.hpp"
#include "messages/reconcile.hpp"
#include "messages/reports.hpp"

#include <caf/atom.hpp>
#include <caf/type_id.hpp>

#include <string>
#include <vector>

// All types of messages between actors, and the atoms that name messages.
CAF_BEGIN_TYPE_ID_BLOCK(volumeviz, caf::first_custom_type_id)
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::actor_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::agent_hello))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::audit_answer))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::audit_request))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::change_batch))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::docker_event))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::event_counters))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::failure))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::health_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::host_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::link_chunk))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::link_heartbeat))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::link_welcome))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::list_reason))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::list_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::fetch_request))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::observation))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::reconcile_scope))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::reconcile_status))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::reconcile_ticket))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::rejected_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::resource_kind))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::row_change))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::store_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::stream_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::unverified_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::work_report))
  CAF_ADD_TYPE_ID(volumeviz, (volumeviz::write_answer))
  CAF_ADD_TYPE_ID(volumeviz, (std::vector<volumeviz::actor_report>))
  CAF_ADD_TYPE_ID(volumeviz, (std::vector<volumeviz::host_report>))
  CAF_ADD_TYPE_ID(volumeviz, (std::vector<volumeviz::row_change>))

  CAF_ADD_ATOM(volumeviz, volumeviz::atom, actors, "actors")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, alive, "alive")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, alive_due, "alivedue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, audit_due, "auditdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, backoff_over, "backoff")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, barrier, "barrier")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, census_due, "censusdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, cleanup_due, "cleandue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, counters, "counters")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, dial, "dial")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, drift, "drift")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, ended, "ended")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, health, "health")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, heartbeat, "heartbeat")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, heartbeat_due, "beatdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, hello, "hello")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, host_row_due, "hostrowdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, hosts, "hosts")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, identify, "identify")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, interval_due, "interdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, left_out, "leftout")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, listing, "listing")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, lost, "lost")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, opened, "opened")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, overflow, "overflow")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, ping_due, "pingdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, probe_due, "probedue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, ready, "ready")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, recheck, "recheck")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, reconcile, "reconcile")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, release, "release")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, render, "render")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, restart, "restart")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, run_done, "rundone")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, stats_due, "statsdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, stop, "stop")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, sweep_due, "sweepdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, trouble, "trouble")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, verified, "verified")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, wake, "wake")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, work_due, "workdue")
  CAF_ADD_ATOM(volumeviz, volumeviz::atom, write_due, "writedue")
CAF_END_TYPE_ID_BLOCK(volumeviz)
