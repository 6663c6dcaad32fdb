// What becomes of the database.
#include "tests/chaos/faults.hpp"

namespace volumeviz::chaos {

using std::chrono::seconds;

namespace {

// Longer than any of the node's own bounds on a call.
constexpr seconds long_enough{10};

void signal_backends(arena& a, int signal) {
  for (const auto pid : a.stopped)
    ::kill(pid, signal);
}

void set_on_server(arena& a, const std::string& what) {
  a.on.records.execute("ALTER SYSTEM " + what);
  a.on.records.execute("SELECT pg_reload_conf()");
}

fault disk_full() {
  return {.name = "database's disk full",
          .longest = seconds{6},
          .begin =
              [](arena& a) {
                a.disk->fill();
                a.make_large_volumes(60);
              },
          .end = [](arena& a) { a.disk->empty(); },
          .tidy = [](arena& a) { a.remove_churned(); }};
}

void lock(arena& a, const std::vector<std::string>& statements) {
  for (const auto& each : statements)
    a.other_session().execute(each);
}

void unlock(arena& a) {
  a.other_session().execute("COMMIT");
}

} // namespace

faults faults_of_sqlite() {
  return {
      disk_full(),
      {.name = "database file locked by another process",
       .longest = long_enough,
       .begin = [](arena& a) { lock(a, {"BEGIN EXCLUSIVE"}); },
       .end = unlock},
  };
}

faults faults_of_postgres() {
  return {
      disk_full(),
      {.name = "PostgreSQL stopped (fast) and started",
       .begin = [](arena& a) { a.on.database->stop(); },
       .end = [](arena& a) { a.on.database->start(); },
       .rows_can_be_read = false},
      {.name = "PostgreSQL killed and started",
       .begin = [](arena& a) { a.on.database->kill(); },
       .end = [](arena& a) { a.on.database->start(); },
       .rows_can_be_read = false},
      {.name = "PostgreSQL frozen (SIGSTOP) and woken",
       .longest = long_enough,
       .begin = [](arena& a) { a.on.database->pause(); },
       .end = [](arena& a) { a.on.database->resume(); },
       .rows_can_be_read = false},
      {.name = "the node's sessions frozen (SIGSTOP) and woken",
       .longest = long_enough,
       .begin =
           [](arena& a) {
             a.stopped = a.backends();
             signal_backends(a, SIGSTOP);
           },
       .end =
           [](arena& a) {
             signal_backends(a, SIGCONT);
             a.stopped.clear();
           }},
      {.name = "the node's sessions terminated",
       .longest = moment,
       .begin =
           [](arena& a) {
             a.on.records.text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                               "WHERE application_name = 'volumeviz-events'");
           }},
      {.name = "database read-only",
       .begin = [](arena& a) { set_on_server(a, "SET default_transaction_read_only = on"); },
       .end = [](arena& a) { set_on_server(a, "RESET default_transaction_read_only"); }},
      {.name = "tables locked by another session",
       .longest = long_enough,
       .begin =
           [](arena& a) {
             lock(a, {"BEGIN", "LOCK TABLE volumes, containers, volume_mounts IN EXCLUSIVE MODE"});
           },
       .end = unlock},
      {.name = "PostgreSQL and dockerd killed together",
       .longest = seconds{1},
       .begin =
           [](arena& a) {
             a.on.daemon.kill();
             a.on.database->kill();
           },
       .end =
           [](arena& a) {
             a.on.database->start();
             a.on.daemon.start();
           },
       .rows_can_be_read = false,
       .daemon_answers = false},
      {.name = "PostgreSQL and node killed together",
       .longest = seconds{1},
       .begin =
           [](arena& a) {
             a.on.database->kill();
             a.on.node().signal(SIGKILL);
             a.on.node().wait(seconds{5});
           },
       .end =
           [](arena& a) {
             a.on.database->start();
             a.start_node();
           },
       .rows_can_be_read = false},
  };
}

} // namespace volumeviz::chaos
