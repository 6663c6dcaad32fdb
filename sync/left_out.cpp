#include "sync/left_out.hpp"

#include "text/secrets.hpp"

#include <algorithm>
#include <cstddef>

namespace volumeviz::sync {

namespace {

// The last chunk of a list carries all its spared drivers. A host has a handful of them; with more
// than this, all rows are spared.
constexpr std::size_t drivers_max = 100;
constexpr std::size_t driver_size_max = 1024;
constexpr std::size_t shown_entries = 3;

template <class Resource>
void spare_keys(const std::vector<left_out_entry>& entries, observed<Resource>& list) {
  for (const auto& x : entries)
    if (!x.key.empty())
      list.also_present.push_back(x.key);
}

} // namespace

void spare(const std::vector<left_out_entry>& entries, observed<volume>& list) {
  if (!list.complete)
    return;
  spare_keys(entries, list);
  auto& spared = list.spared;
  for (const auto& x : entries) {
    if (!x.key.empty() || spares(spared, x.driver))
      continue;
    if (x.driver.empty() || x.driver.size() > driver_size_max
        || spared.drivers.size() == drivers_max)
      spared = {.drivers = {}, .all = true};
    else
      spared.drivers.push_back(x.driver);
  }
}

void spare(const std::vector<left_out_entry>& entries, observed<container>& list) {
  if (!list.complete)
    return;
  spare_keys(entries, list);
  list.spared.all |= std::ranges::any_of(entries, [](const auto& x) { return x.key.empty(); });
}

std::string entry_name(resource_kind kind, const left_out_entry& entry) {
  std::string name = to_string(kind);
  if (!entry.key.empty())
    return name + " " + text::in_quotes(entry.key);
  name += " " + std::to_string(entry.position) + " of the list";
  if (!entry.driver.empty())
    name += " (driver " + text::in_quotes(entry.driver) + ")";
  return name;
}

std::string left_out_reason(resource_kind kind, const std::vector<left_out_entry>& entries) {
  if (entries.empty())
    return {};
  const auto one = entries.size() == 1;
  auto text = std::to_string(entries.size()) + (one ? " entry" : " entries")
              + " of the daemon's list of " + to_string(kind) + "s can't be understood and "
              + (one ? "is" : "are") + " left out; no row is deleted because of "
              + (one ? "it" : "them") + ": ";
  for (std::size_t i = 0; i < std::min(entries.size(), shown_entries); ++i)
    text += (i > 0 ? "; " : "") + entry_name(kind, entries[i]) + ": " + entries[i].why;
  return text + (entries.size() > shown_entries ? "; …" : ".");
}

} // namespace volumeviz::sync
