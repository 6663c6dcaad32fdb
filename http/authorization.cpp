#include "http/authorization.hpp"

#include <cstddef>

namespace volumeviz::http {

namespace {

/// Lower case in ASCII: the name of a scheme is not case sensitive.
char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool is_authorized(std::string_view header, const std::string& token) noexcept {
  constexpr std::string_view scheme = "bearer ";
  if (token.empty() || header.size() < scheme.size())
    return false;
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if (lower(header[i]) != scheme[i])
      return false;
  auto shown = header.substr(scheme.size());
  while (!shown.empty() && shown.front() == ' ')
    shown.remove_prefix(1);
  // Walks all of what was shown, whatever the token's length; volatile, so that no compiler ends
  // the walk early.
  volatile std::size_t difference = shown.size() ^ token.size();
  for (std::size_t i = 0, k = 0; i < shown.size(); ++i) {
    difference =
        difference | static_cast<std::size_t>(static_cast<unsigned char>(shown[i] ^ token[k]));
    k = k + 1 < token.size() ? k + 1 : 0;
  }
  return difference == 0;
}

} // namespace volumeviz::http
