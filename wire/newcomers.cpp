#include "wire/newcomers.hpp"

namespace volumeviz::wire {

std::optional<refusal> newcomers::enter(const std::string& address) {
  if (total_ >= limits_.total)
    return refusal::too_many;
  const auto known = by_address_.find(address);
  if (known != by_address_.end() && known->second >= limits_.of_address)
    return refusal::too_many_from_address;
  ++by_address_[address];
  ++total_;
  return std::nullopt;
}

void newcomers::leave(const std::string& address) {
  const auto known = by_address_.find(address);
  if (known == by_address_.end())
    return;
  --total_;
  if (--known->second == 0)
    by_address_.erase(known);
}

} // namespace volumeviz::wire
