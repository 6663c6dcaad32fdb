#include "bench/reconciliation.hpp"

#include <stdexcept>

namespace volumeviz::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 120s;

std::int64_t full_runs(const support::http_probe& node) {
  const auto answer = node.get("/api/v1/health/events").json();
  if (!answer.is_object())
    throw std::runtime_error{"the node does not answer"};
  return answer.at("reconciliation_runs").at("full").to_number<std::int64_t>();
}

} // namespace

double reconcile(const support::http_probe& node, std::chrono::milliseconds step) {
  const auto before = full_runs(node);
  const auto begin = clock::now();
  if (const auto answer = node.post("/api/v1/health/events/reconcile?type=full");
      answer.status != 202)
    throw std::runtime_error{"the node refused to reconcile: " + answer.body};
  while (full_runs(node) == before) {
    if (clock::now() - begin > patience)
      throw std::runtime_error{"no reconciliation within two minutes"};
    std::this_thread::sleep_for(step);
  }
  return since(begin);
}

void await_quiet(const support::http_probe& node) {
  auto runs = full_runs(node);
  const auto begin = clock::now();
  for (auto quiet = clock::now(); clock::now() - quiet < 2s;) {
    if (clock::now() - begin > patience)
      throw std::runtime_error{"the node does not come to rest"};
    std::this_thread::sleep_for(50ms);
    if (const auto now = full_runs(node); now != runs)
      runs = now, quiet = clock::now();
  }
}

} // namespace volumeviz::bench
