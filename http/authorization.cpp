#include "http/authorization.hpp"

#include "text/ascii.hpp"

#include <cstddef>

namespace volumeviz::http {

bool is_authorized(std::string_view header, const std::string& token) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (token.empty() || !text::equal_ignoring_case(header.substr(0, scheme.size()), scheme))
    return false;
  auto shown = header.substr(scheme.size());
  while (!shown.empty() && shown.front() == ' ')
    shown.remove_prefix(1);
  // Compares every byte that was sent, whatever the token's length. Volatile, so that no compiler
  // ends the loop early.
  volatile std::size_t difference = shown.size() ^ token.size();
  for (std::size_t i = 0, k = 0; i < shown.size(); ++i) {
    difference =
        difference | static_cast<std::size_t>(static_cast<unsigned char>(shown[i] ^ token[k]));
    k = k + 1 < token.size() ? k + 1 : 0;
  }
  return difference == 0;
}

} // namespace volumeviz::http
