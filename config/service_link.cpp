#include "config/service_link.hpp"

#include "text/ascii.hpp"

#include <algorithm>
#include <array>

namespace volumeviz::config {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 5
         && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF.:") == text.npos
         && text.find_first_of(".:") != text.npos;
}

constexpr std::array<std::string_view, 3> protocols{"tcp", "udp", "sctp"};

bool is_protocol(std::string_view text) {
  return std::ranges::find(protocols, text) != protocols.end();
}

/// For example tcp://10.0.0.1:80.
bool is_link(std::string_view value) {
  const auto end = value.find("://");
  return end != value.npos && is_protocol(value.substr(0, end));
}

/// `rest` is the name after "PORT": empty, "_80_TCP", or that with one more word.
bool fits_port(std::string_view rest, std::string_view value) {
  if (rest.empty())
    return is_link(value);
  const auto number_end = rest.find('_', 1);
  if (!rest.starts_with('_') || number_end == rest.npos
      || !is_number(rest.substr(1, number_end - 1)))
    return false;
  rest.remove_prefix(number_end + 1);
  const auto protocol = text::lower(rest.substr(0, rest.find('_')));
  if (!is_protocol(protocol))
    return false;
  const auto word = rest.substr(protocol.size());
  if (word.empty())
    return is_link(value);
  return (word == "_PROTO" && is_protocol(value)) || (word == "_PORT" && is_number(value))
         || (word == "_ADDR" && is_address(value));
}

} // namespace

bool is_service_link(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST"))
    return is_address(value);
  // Also _SERVICE_PORT_HTTP, with the name of the port.
  if (name.find("_SERVICE_PORT") != name.npos)
    return is_number(value);
  // For example /web/events.
  if (name == "EVENTS_NAME")
    return value.starts_with('/');
  for (auto at = name.find("_PORT"); at != name.npos; at = name.find("_PORT", at + 1))
    if (fits_port(name.substr(at + 5), value))
      return true;
  return false;
}

} // namespace volumeviz::config
