#include "config/setting_readers.hpp"

#include "config/duration.hpp"
#include "text/ascii.hpp"
#include "text/host_port.hpp"
#include "text/secrets.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace volumeviz::config::readers {

namespace {

constexpr std::size_t largest_queue = 1'000'000;
constexpr std::chrono::milliseconds longest_retention = std::chrono::hours{24 * 3650};
constexpr std::uint64_t largest_history = 1'000'000'000'000;

bool is_visible_ascii(char c) {
  return c > ' ' && c < 0x7f;
}

} // namespace

std::optional<bool> parse_boolean(std::string_view text) {
  const auto word = text::lower(text);
  if (word == "true" || word == "1" || word == "yes")
    return true;
  if (word == "false" || word == "0" || word == "no")
    return false;
  return std::nullopt;
}

complaint duration(std::string_view value, std::chrono::milliseconds least,
                   std::chrono::milliseconds& into) {
  const auto parsed = parse_duration(value);
  if (!parsed || *parsed < least)
    return "";
  into = *parsed;
  return std::nullopt;
}

complaint listen_address(std::string_view value, text::host_port& into) {
  auto parsed = text::parse_host_port(value);
  if (!parsed)
    return value.starts_with(':') ? "for all addresses use 0.0.0.0 or [::]" : "";
  into = std::move(*parsed);
  return std::nullopt;
}

complaint queue_size(std::string_view value, settings& into) {
  std::size_t parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error != std::errc{} || end != value.data() + value.size() || parsed == 0
      || parsed > largest_queue)
    return "";
  into.events_queue_size = parsed;
  return std::nullopt;
}

complaint history_retention(std::string_view value, settings& into) {
  const auto parsed = parse_duration(value, longest_retention);
  if (!parsed)
    return "";
  if (parsed->count() > 0 && *parsed < std::chrono::seconds{1})
    return "less than a second would keep nothing; 0 turns the history off";
  into.history_retention = *parsed;
  return std::nullopt;
}

complaint history_max_rows(std::string_view value, settings& into) {
  std::uint64_t parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (error != std::errc{} || end != value.data() + value.size() || parsed > largest_history)
    return "";
  into.history_max_rows = parsed;
  return std::nullopt;
}

complaint docker_tls_verify(std::string_view value, settings& into) {
  // The docker CLI reads any value as yes; but 0 and false are meant as no.
  into.docker_tls_verify = parse_boolean(value).value_or(true);
  return std::nullopt;
}

complaint auth_token(std::string_view value, settings& into) {
  if (!std::ranges::all_of(value, is_visible_ascii))
    return "";
  into.http_auth_token = std::string{value};
  return std::nullopt;
}

complaint allowed_hosts(std::string_view value, settings& into) {
  std::vector<std::string> hosts;
  while (!value.empty()) {
    const auto entry = text::trimmed(value.substr(0, value.find(',')));
    value.remove_prefix(std::min(value.size(), value.find(',')));
    value.remove_prefix(value.empty() ? 0 : 1);
    if (entry.empty())
      continue;
    auto host = text::host_of(entry);
    if (!host)
      return text::in_quotes(entry) + " is not HOST, HOST:PORT, [IPv6] or [IPv6]:PORT";
    hosts.push_back(std::move(*host));
  }
  if (hosts.empty())
    return "it contains no name";
  into.http_allowed_hosts = std::move(hosts);
  return std::nullopt;
}

complaint log_level(std::string_view value, settings& into) {
  static constexpr std::array<std::string_view, 5> levels{"trace", "debug", "info", "warn",
                                                          "error"};
  const auto word = text::lower(value);
  if (std::ranges::find(levels, word) == levels.end())
    return "";
  into.log_level = word;
  return std::nullopt;
}

complaint format(std::string_view value, settings& into) {
  const auto word = text::lower(value);
  if (word != "text" && word != "json")
    return "";
  into.format = word == "json" ? log_format::json : log_format::text;
  return std::nullopt;
}

complaint node_name(std::string_view value, settings& into) {
  if (!text::is_host_name(value))
    return "";
  into.node_name = std::string{value};
  return std::nullopt;
}

complaint role(std::string_view value, settings& into) {
  const auto word = text::lower(value);
  if (word == "standalone")
    into.role = node_role::standalone;
  else if (word == "agent")
    into.role = node_role::agent;
  else if (word == "hub")
    into.role = node_role::hub;
  else
    return "";
  return std::nullopt;
}

complaint hub_address(std::string_view value, settings& into) {
  auto parsed = text::parse_host_port(value);
  if (!parsed || parsed->port == 0)
    return "";
  into.hub_address = std::move(parsed);
  return std::nullopt;
}

} // namespace volumeviz::config::readers
