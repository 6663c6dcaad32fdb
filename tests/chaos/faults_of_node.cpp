// What becomes of the node itself.
#include "tests/chaos/faults.hpp"

namespace volumeviz::chaos {

using std::chrono::seconds;

namespace {

void end_node(arena& a, int signal) {
  a.on.node().signal(signal);
  a.on.node().wait(seconds{12});
}

void start_node(arena& a) {
  a.start_node();
}

} // namespace

faults faults_of_node() {
  return {
      {.name = "node killed (SIGKILL) and started",
       .longest = seconds{2},
       .begin = [](arena& a) { end_node(a, SIGKILL); },
       .end = start_node},
      {.name = "node stopped (SIGTERM) and started",
       .longest = seconds{2},
       .begin = [](arena& a) { end_node(a, SIGTERM); },
       .end = start_node},
      // The daemon sees a slow reader: it drops events without a word.
      {.name = "node frozen (SIGSTOP) and woken",
       .longest = seconds{10},
       .begin = [](arena& a) { a.on.node().signal(SIGSTOP); },
       .end = [](arena& a) { a.on.node().signal(SIGCONT); }},
      {.name = "node frozen while the daemon has 1,600 events for it",
       .longest = seconds{1},
       .begin =
           [](arena& a) {
             a.on.node().signal(SIGSTOP);
             a.churn_volumes(1600);
           },
       .end = [](arena& a) { a.on.node().signal(SIGCONT); },
       .tidy = [](arena& a) { a.remove_churned(); }},
      {.name = "queue of 2 overflows under a burst",
       .longest = moment,
       .begin =
           [](arena& a) {
             a.start_node({{"EVENTS_QUEUE_SIZE", "2"}});
             a.on.disagreement(seconds{10});
             a.churn_volumes(600);
           },
       .tidy =
           [](arena& a) {
             a.remove_churned();
             a.start_node();
           }},
      {.name = "node and dockerd killed together",
       .longest = seconds{1},
       .begin =
           [](arena& a) {
             a.on.daemon.kill();
             end_node(a, SIGKILL);
           },
       .end =
           [](arena& a) {
             a.start_node();
             a.on.daemon.start();
           },
       .daemon_answers = false},
  };
}

faults all_faults(database_kind kind) {
  faults result;
  const auto of_database =
      kind == database_kind::sqlite ? faults_of_sqlite() : faults_of_postgres();
  for (const auto& some : {faults_of_network(), faults_of_docker(), faults_of_node(), of_database})
    result.insert(result.end(), some.begin(), some.end());
  return result;
}

} // namespace volumeviz::chaos
