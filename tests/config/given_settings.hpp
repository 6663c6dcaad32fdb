#pragma once

#include "config/settings.hpp"
#include "docker/endpoint.hpp"
#include "persistence/history_rules.hpp"
#include "persistence/url.hpp"

#include <doctest/doctest.h>

#include <string>

namespace volumeviz::config::testing {

/// Variables that every process has, so that no default is missing.
inline environment base() {
  return {{"HOME", "/home/someone"}, {"NODE_NAME", "host-1"}};
}

inline environment with(environment more) {
  more.merge(base());
  return more;
}

inline const validators as_in_the_program{.docker_host = docker::host_complaint,
                                          .database_url = persistence::url_complaint,
                                          .history_exclude = persistence::rules_complaint};

inline settings read(const environment& more) {
  const auto result = read_settings(with(more), as_in_the_program);
  if (!result)
    FAIL(result.error().front());
  return *result;
}

/// The only complaint about these variables; empty when there is none.
inline std::string complaint(const environment& more) {
  const auto result = read_settings(with(more), as_in_the_program);
  if (result)
    return {};
  CHECK(result.error().size() == 1);
  return result.error().front();
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace volumeviz::config::testing
