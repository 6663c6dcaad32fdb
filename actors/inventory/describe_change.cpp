#include "actors/inventory/describe_change.hpp"

#include <fmt/format.h>

#include <map>
#include <string>

namespace volumeviz {

namespace {

const char* past_tense(operation op) {
  switch (op) {
  case operation::create:
    return "created";
  case operation::update:
    return "updated";
  case operation::remove:
    return "removed";
  }
  return "";
}

} // namespace

std::string describe(const row_change& x, const container* of) {
  if (x.kind == row_kind::volume)
    return fmt::format("volume {} {}", x.key, past_tense(x.op));
  const auto id = short_id(x.key);
  const auto name = of != nullptr && !of->name.empty() ? fmt::format("{} ({})", of->name, id) : id;
  if (x.kind == row_kind::mount)
    return fmt::format("mount {} in container {} {}", x.detail, name, past_tense(x.op));
  return fmt::format("container {} {}{}", name, past_tense(x.op),
                     of != nullptr && x.op != operation::remove ? ": " + of->status : "");
}

void log_changes(spdlog::logger& log, const change_batch& batch, const write_summary& summary) {
  if (!log.should_log(spdlog::level::debug))
    return;
  std::map<std::string, container> seen;
  each_present(batch.containers, [&seen](const container& x) { seen.emplace(x.id, x); });
  for (const auto& x : summary.changes) {
    const auto of = seen.find(x.key);
    log.debug(describe(x, of == seen.end() ? nullptr : &of->second));
  }
}

} // namespace volumeviz
