#pragma once

#include <caf/all.hpp>

#include <exception>
#include <string>

namespace volumeviz {

/// The sentence that an error carries; without one, CAF's own text.
inline std::string text_of(const caf::actor_system& system, const caf::error& why) {
  if (why.context().match_elements<std::string>())
    return why.context().get_as<std::string>(0);
  return system.render(why);
}

/// The text of an exception. That of an invariant_violation names the rule, file, line and
/// function.
inline std::string text_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

} // namespace volumeviz
