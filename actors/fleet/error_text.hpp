#pragma once

#include <caf/all.hpp>

#include <string>

namespace volumeviz {

/// The sentence that an error carries; without one, CAF's own text.
inline std::string text_of(const caf::actor_system& system, const caf::error& why) {
  if (why.context().match_elements<std::string>())
    return why.context().get_as<std::string>(0);
  return system.render(why);
}

/// An error that carries this sentence.
inline caf::error refusal(std::string sentence) {
  return caf::make_error(caf::sec::runtime_error, std::move(sentence));
}

} // namespace volumeviz
