#include "commands/pass_remarks.hpp"

#include "sync/left_out.hpp"
#include "text/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace volumeviz::commands {

namespace {

std::string not_inspected(resource_kind kind, const std::string& key, const std::string& why,
                          bool kept) {
  if (kind == resource_kind::container)
    return fmt::format("the times of container {} are unknown: {}", short_id(key), why);
  if (kept)
    return fmt::format("the row of volume {} stays, although the daemon's list lacks it: {}",
                       text::in_quotes(key), why);
  return fmt::format("volume {} could not be inspected: {}", text::in_quotes(key), why);
}

} // namespace

void pass_remarks::fetched(resource_kind kind, const observation& seen) {
  for (const auto& warning : seen.warnings)
    add("the daemon's list of volumes is partial, so none is removed: " + warning);
  for (const auto& x : seen.left_out)
    add(fmt::format("left out {}: {}; no row is removed because of it", sync::entry_name(kind, x),
                    x.why));
  const auto& volumes = seen.batch.volumes;
  const auto& containers = seen.batch.containers;
  each_present_key(volumes, [&](std::string_view name) {
    failed_.erase({kind, std::string{name}});
  });
  // A list does not show a container's times.
  for (const auto& x : containers.present)
    if (x.from_inspect)
      failed_.erase({kind, x.id});
  for (const auto* gone : {&volumes.gone, &containers.gone})
    for (const auto& key : *gone)
      failed_.erase({kind, key});
  for (const auto& x : seen.failed)
    failed_[{kind, x.key}] = x.why.text;
}

void pass_remarks::committed(resource_kind kind, const write_summary& written) {
  for (const auto& x : written.rejected)
    add(fmt::format("the database can't hold {} {}: {}", to_string(x.kind), text::in_quotes(x.key),
                    x.reason));
  const auto own = kind == resource_kind::volume ? row_kind::volume : row_kind::container;
  for (const auto& x : written.changes)
    if (x.kind == own && x.op == operation::remove)
      failed_.erase({kind, x.key});
}

std::vector<std::string> pass_remarks::sentences(const sync::kept_rows& kept) const {
  auto all = sentences_;
  for (const auto& [of, why] : failed_)
    all.push_back(not_inspected(of.first, of.second, why, kept.contains(of.second)));
  if (const auto n = kept.without_turn(); n > 0)
    all.push_back(
        fmt::format("the daemon's list lacks {} more volumes; their rows stay, since they "
                    "could not be inspected",
                    n));
  return all;
}

void pass_remarks::add(std::string sentence) {
  if (std::ranges::find(sentences_, sentence) == sentences_.end())
    sentences_.push_back(std::move(sentence));
}

} // namespace volumeviz::commands
