#pragma once

#include "messages/error.hpp"

namespace volumeviz::support {

/// Why a result has no value, for messages of checks; doctest asks for it also when there is one.
template <class T>
std::string why(const result<T>& out) {
  return out ? "" : out.error().text;
}

} // namespace volumeviz::support
