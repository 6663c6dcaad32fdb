#include "runtime/invariant.hpp"

#include <string>

namespace volumeviz {

invariant_violation::invariant_violation(const char* what, const std::source_location& where)
    : std::logic_error("invariant violated: " + std::string{what} + " (" + where.file_name() + ":"
                       + std::to_string(where.line()) + ", " + where.function_name() + ")") {
}

void detail::violated(const char* what, const std::source_location& where) {
  throw invariant_violation{what, where};
}

} // namespace volumeviz
