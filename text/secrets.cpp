#include "text/secrets.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace volumeviz::text {

namespace {

constexpr std::string_view hidden = "***";
constexpr std::size_t longest_shown = 200;

/// Where a parameter begins that may hold a password: also a mistyped one (passwd, pass).
std::size_t find_password(std::string_view text) {
  const auto query = std::min(text.find('?'), text.size());
  const auto mistyped = find_ignoring_case(text.substr(query), "pass");
  return std::min(find_ignoring_case(text, "password"),
                  mistyped == std::string_view::npos ? mistyped : query + mistyped);
}

/// Whether a ':' is not followed by a port. It may be part of "user:password" without "@HOST".
bool has_stray_colon(std::string_view authority) {
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const auto host_end = authority.starts_with('[') ? authority.find(']') : 0;
  for (auto at = authority.find(':', host_end); at != std::string_view::npos;
       at = authority.find(':', at + 1)) {
    const auto port = authority.substr(at + 1, authority.find_first_of(":,", at + 1) - at - 1);
    if (port.find_first_not_of("0123456789") != std::string_view::npos)
      return true;
  }
  return false;
}

} // namespace

std::string without_secrets(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos)
    return std::string{hidden};
  std::string result{url.substr(0, scheme_end + 3)};
  auto rest = url.substr(scheme_end + 3);
  const auto password = find_password(rest);
  rest = rest.substr(0, password);
  // The last '@': a password that should have been percent-encoded may contain one, too.
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    result.append(hidden);
    rest.remove_prefix(at);
  } else if (has_stray_colon(rest)) {
    return result.append(hidden);
  }
  result.append(rest);
  if (password != std::string_view::npos)
    result.append("password=").append(hidden);
  return result;
}

std::string in_quotes(std::string_view value) {
  std::string result{'"'};
  for (const auto c : value.substr(0, longest_shown)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f) {
      std::array<char, 5> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", byte);
      result.append(escaped.data());
    } else {
      if (c == '"' || c == '\\')
        result.push_back('\\');
      result.push_back(c);
    }
  }
  result.push_back('"');
  if (value.size() > longest_shown)
    result.append("… (").append(std::to_string(value.size())).append(" bytes)");
  return result;
}

} // namespace volumeviz::text
