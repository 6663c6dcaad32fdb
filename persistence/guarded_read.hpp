#pragma once

#include "messages/error.hpp"
#include "persistence/sql_error.hpp"

#include <exception>
#include <string>

namespace volumeviz::persistence {

/// Runs `work`, which returns a result; what it throws becomes a failure that says what was
/// `attempted`.
template <class Work>
auto guarded_read(const std::string& attempted, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const sql_error& e) {
    return tl::unexpected{to_failure(e, attempted)};
  } catch (const std::exception& e) {
    return fail(ec::internal, attempted + ": " + e.what());
  }
}

} // namespace volumeviz::persistence
