#include "identity/revocation.hpp"

#include "identity/names.hpp"
#include "identity/pem.hpp"

#include <sstream>

namespace volumeviz::identity {

namespace {

constexpr std::size_t fingerprint_digits = 64;

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// The hex digits behind the last '=', without colons and blanks; empty when other characters are
/// there.
std::string digits_of(const std::string& line) {
  std::string digits;
  for (const auto c : line.substr(line.rfind('=') + 1)) {
    if (c == ':' || c == ' ' || c == '\t' || c == '\r')
      continue;
    if (!is_hex(c))
      return {};
    digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return digits;
}

} // namespace

tl::expected<std::set<std::string>, std::string> read_revoked(const std::string& path) {
  const auto text = read_file(path);
  if (!text)
    return tl::unexpected{text.error()};
  std::set<std::string> found;
  std::istringstream lines{*text};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    line.erase(std::min(line.find('#'), line.size()));
    if (line.find_first_not_of(" \t\r") == std::string::npos)
      continue;
    auto digits = digits_of(line);
    if (digits.size() != fingerprint_digits)
      return tl::unexpected{"line " + std::to_string(number) + ", " + printable(line)
                            + ", is not a SHA-256 fingerprint (openssl x509 -in CERT -noout "
                              "-fingerprint -sha256 prints one)"};
    found.insert(std::move(digits));
  }
  return found;
}

} // namespace volumeviz::identity
