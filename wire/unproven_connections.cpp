#include "wire/newcomers.hpp"

#include "wire/origin.hpp"

namespace volumeviz::wire {

newcomers::entrance newcomers::enter(const std::string& address, std::uint64_t connection) {
  auto origin = origin_of(address);
  const auto known = by_origin_.find(origin);
  if (known != by_origin_.end() && known->second.size() >= limits_.of_address)
    return {.refused = refusal::too_many_from_address};
  if (limits_.total == 0)
    return {.refused = refusal::too_many};
  entrance result;
  if (origins_.size() >= limits_.total) {
    result.instead_of = next_to_go();
    leave(*result.instead_of);
  }
  by_origin_[origin].insert(connection);
  origins_.emplace(connection, std::move(origin));
  return result;
}

/// There is one at least.
std::uint64_t newcomers::next_to_go() const {
  const auto* most = &by_origin_.begin()->second;
  for (const auto& [origin, all] : by_origin_)
    if (all.size() > most->size() || (all.size() == most->size() && *all.begin() < *most->begin()))
      most = &all;
  return *most->begin();
}

void newcomers::leave(std::uint64_t connection) {
  const auto known = origins_.extract(connection);
  if (known.empty())
    return;
  const auto origin = by_origin_.find(known.mapped());
  origin->second.erase(connection);
  if (origin->second.empty())
    by_origin_.erase(origin);
}

} // namespace volumeviz::wire
