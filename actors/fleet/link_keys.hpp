#pragma once

#include "messages/error.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace volumeviz {

/// What a handshake needs to prove one side and to check the other. Without TLS there is nothing to
/// prove: the defaults send no certificate and believe everybody.
struct link_keys {
  /// Our certificate, PEM.
  std::function<std::string()> certificate = [] { return std::string{}; };
  /// Our signature of a text.
  std::function<result<std::string>(const std::string& text)> sign =
      [](const std::string&) -> result<std::string> { return std::string{}; };
  /// Whether the certificate (PEM) is valid, of our CA and made out to `name`, and the signature of
  /// the text its owner's.
  std::function<result<void>(const std::string& pem, const std::string& name,
                             const std::string& text, const std::string& signature)>
      verify = [](const std::string&, const std::string&, const std::string&,
                  const std::string&) -> result<void> { return {}; };
  /// Something that nobody can guess and that never comes again.
  std::function<std::string()> secret;
};

} // namespace volumeviz
