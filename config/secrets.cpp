#include "config/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace volumeviz::config {

namespace {

constexpr std::string_view hidden = "***";
constexpr std::size_t longest_shown = 200;

std::size_t find_ignoring_case(std::string_view text, std::string_view word) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto found = std::ranges::search(text, word, {}, lower);
  return found.empty() && !word.empty() ? std::string_view::npos
                                        : static_cast<std::size_t>(found.begin() - text.begin());
}

/// Where a password begins that is a parameter. A slip of its name (passwd, pass) may be one, too.
std::size_t find_password(std::string_view text) {
  const auto query = std::min(text.find('?'), text.size());
  const auto slip = find_ignoring_case(text.substr(query), "pass");
  return std::min(find_ignoring_case(text, "password"),
                  slip == std::string_view::npos ? slip : query + slip);
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
  // The last @: a password that should have been percent-encoded may contain one, too.
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    result.append(hidden);
    rest.remove_prefix(at);
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

} // namespace volumeviz::config
