#include "wire/unproven_connections.hpp"

#include "runtime/invariant.hpp"
#include "wire/origin.hpp"

namespace volumeviz::wire {

unproven_connections::outcome unproven_connections::add(const std::string& address,
                                                        std::uint64_t connection) {
  auto origin = origin_of(address);
  const auto known = by_origin_.find(origin);
  if (known != by_origin_.end() && known->second.size() >= limits_.of_address)
    return {.refused = refusal::too_many_from_address};
  if (limits_.total == 0)
    return {.refused = refusal::too_many};
  outcome result;
  if (origins_.size() >= limits_.total) {
    result.evicted = next_to_evict();
    remove(*result.evicted);
  }
  by_origin_[origin].insert(connection);
  const auto added = origins_.emplace(connection, std::move(origin));
  invariant(added.second && origins_.size() <= limits_.total,
            "each unproven connection counts once, within the total");
  return result;
}

/// There must be one.
std::uint64_t unproven_connections::next_to_evict() const {
  const auto* most = &by_origin_.begin()->second;
  for (const auto& [origin, all] : by_origin_)
    if (all.size() > most->size() || (all.size() == most->size() && *all.begin() < *most->begin()))
      most = &all;
  return *most->begin();
}

void unproven_connections::remove(std::uint64_t connection) {
  const auto known = origins_.extract(connection);
  if (known.empty())
    return;
  const auto origin = by_origin_.find(known.mapped());
  invariant(origin != by_origin_.end() && origin->second.erase(connection) == 1,
            "the counts of all addresses add up to the total");
  if (origin->second.empty())
    by_origin_.erase(origin);
}

} // namespace volumeviz::wire
