#include "tests/simulation/model_store.hpp"

#include <stdexcept>

namespace volumeviz::simulation {

result<std::vector<write_summary>> model_store::apply(const std::vector<change_batch>& batches) {
  meanwhile();
  std::optional<write_trouble> how;
  if (troubles.times > 0) {
    --troubles.times;
    how = troubles.how;
  }
  if (how == write_trouble::refused)
    return fail(ec::store_unreachable, "the database is read-only");
  if (how == write_trouble::lost_before)
    return fail(ec::store_unreachable, "the connection was lost");
  if (how == write_trouble::throws_before)
    throw std::runtime_error("a defect in the store");
  auto summaries = rows_.apply(batches);
  committed(*summaries);
  if (how == write_trouble::lost_after)
    return fail(ec::store_unreachable, "the connection was lost");
  if (how == write_trouble::throws_after)
    throw std::runtime_error("a defect in the store");
  return summaries;
}

result<void> model_store::ping() {
  if (troubles.times > 0 && troubles.how <= write_trouble::lost_before)
    return fail(ec::store_unreachable, "the connection was lost");
  return {};
}

} // namespace volumeviz::simulation
