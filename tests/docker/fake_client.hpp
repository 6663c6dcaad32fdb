#pragma once

#include "docker/client.hpp"
#include "tests/docker/why.hpp"
#include "tests/support/fake_daemon.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace volumeviz::docker::testing {

/// For calls that should succeed.
inline constexpr deadline patience = std::chrono::seconds{10};

inline std::unique_ptr<client> client_at(const std::string& host) {
  auto out = connect_to({.host = host, .tls = false, .cert_path = ""});
  REQUIRE_MESSAGE(out, support::why(out));
  return (*out)->make_client();
}

inline std::unique_ptr<client> client_of(const support::fake_daemon& daemon) {
  return client_at(daemon.host());
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace volumeviz::docker::testing
