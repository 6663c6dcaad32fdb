#include "bench/swarm_span.hpp"

#include <sstream>
#include <unistd.h>

namespace volumeviz::bench {

namespace {

const std::string transaction_size = "volumeviz_events_store_batch_size";
const std::string transaction_duration = "volumeviz_events_store_batch_duration_seconds";

/// CPU time of PostgreSQL's processes, by process; nothing for SQLite.
std::map<pid_t, double> database_cpu(swarm::hub& at) {
  std::map<pid_t, double> result;
  if (!at.database_url().starts_with("postgresql"))
    return result;
  std::istringstream pids{
      at.rows().text("SELECT string_agg(CAST(pid AS text), ' ') FROM pg_stat_activity")};
  for (pid_t pid = 0; pids >> pid;)
    result[pid] = usage_of(pid).cpu_ms;
  return result;
}

} // namespace

span::span(swarm::hub& at, swarm::crowd& agents) : hub_(at), agents_(agents), begin_(look()) {
  agents_.take();
}

span::snapshot span::look() {
  const auto page = hub_.http().metrics();
  return {.when = clock::now(),
          .hub = usage_of(hub_.program().pid()),
          .agents = usage_of(::getpid()),
          .database_ms = database_cpu(hub_),
          .transactions = page.sum(transaction_size + "_count"),
          .batches = page.sum(transaction_size + "_sum"),
          .writing_s = page.sum(transaction_duration + "_sum")};
}

span_numbers span::end() {
  const auto end = look();
  const auto seen = agents_.take();
  span_numbers x;
  x.seconds = std::chrono::duration<double>(end.when - begin_.when).count();
  for (const auto ms : seen.change_to_answer_ms)
    x.change_to_answer.add(ms);
  x.changes = static_cast<double>(x.change_to_answer.count()) / x.seconds;
  x.resources = static_cast<double>(seen.fetches) / x.seconds;
  x.batches = static_cast<double>(seen.batches) / x.seconds;
  x.failures = static_cast<double>(seen.failures) / x.seconds;
  x.reconnects = seen.admitted.size();
  const auto transactions = end.transactions - begin_.transactions;
  x.transactions = transactions / x.seconds;
  x.group = transactions > 0 ? (end.batches - begin_.batches) / transactions : 0;
  x.writing = (end.writing_s - begin_.writing_s) / x.seconds;
  const auto share = [&](double ms) { return ms / 1000 / x.seconds; };
  x.hub_cpu = share(end.hub.cpu_ms - begin_.hub.cpu_ms);
  x.hub_rss_mb = end.hub.rss_mb;
  x.agents_cpu = share(end.agents.cpu_ms - begin_.agents.cpu_ms);
  for (const auto& [pid, ms] : end.database_ms)
    if (const auto before = begin_.database_ms.find(pid); before != begin_.database_ms.end())
      x.database_cpu += share(ms - before->second);
  return x;
}

} // namespace volumeviz::bench
