#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Parsers of single variables into `settings`. Each one is a setting::reader: nothing when it has
/// stored the value, otherwise why not (empty where the table's `allowed` is enough).
namespace volumeviz::config::readers {

using complaint = std::optional<std::string>;

std::optional<bool> parse_boolean(std::string_view text); ///< true/false/1/0/yes/no, in any case

template <auto Member>
complaint boolean(std::string_view value, settings& into) {
  const auto parsed = parse_boolean(value);
  if (!parsed)
    return "";
  into.*Member = *parsed;
  return std::nullopt;
}

complaint duration(std::string_view value, std::chrono::milliseconds least,
                   std::chrono::milliseconds& into);

/// `Least` in milliseconds.
template <auto Member, int Least>
complaint duration_of_at_least(std::string_view value, settings& into) {
  return duration(value, std::chrono::milliseconds{Least}, into.*Member);
}

complaint listen_address(std::string_view value, text::host_port& into);

template <auto Member>
complaint listen(std::string_view value, settings& into) {
  return listen_address(value, into.*Member);
}

template <auto Member>
complaint any_text(std::string_view value, settings& into) {
  into.*Member = std::string{value};
  return std::nullopt;
}

complaint queue_size(std::string_view value, settings& into);
complaint history_retention(std::string_view value, settings& into);
complaint history_max_rows(std::string_view value, settings& into);
complaint docker_tls_verify(std::string_view value, settings& into);
complaint auth_token(std::string_view value, settings& into);
complaint allowed_hosts(std::string_view value, settings& into);
complaint log_level(std::string_view value, settings& into);
complaint format(std::string_view value, settings& into);
complaint node_name(std::string_view value, settings& into);
complaint role(std::string_view value, settings& into);
complaint hub_address(std::string_view value, settings& into);

} // namespace volumeviz::config::readers
