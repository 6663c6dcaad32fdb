#pragma once

#include "actors/platform/error_text.hpp"

#include <caf/all.hpp>

#include <string>

namespace volumeviz {

/// An error that carries this sentence.
inline caf::error refusal(std::string sentence) {
  return caf::make_error(caf::sec::runtime_error, std::move(sentence));
}

} // namespace volumeviz
