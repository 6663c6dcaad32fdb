#pragma once

#include <source_location>
#include <stdexcept>

namespace volumeviz {

/// A defect of the program itself: something that its own code guarantees did not hold. The text
/// names what was violated, the file, the line and the function.
class invariant_violation : public std::logic_error {
public:
  invariant_violation(const char* what, const std::source_location& where);
};

namespace detail {
[[noreturn]] void violated(const char* what, const std::source_location& where);
}

/// Checks, in release builds too, that `holds`; throws invariant_violation otherwise. An actor that
/// throws it ends, and its supervisor starts a new one from a clean state. `what` states the rule,
/// e.g. "one fetch in flight". For rules that cost next to nothing to check.
inline void invariant(bool holds, const char* what,
                      const std::source_location& where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    detail::violated(what, where);
}

} // namespace volumeviz
