#pragma once

#include <optional>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// A parameter of a DATABASE_URL, KEY=VALUE after the '?', as it is written there.
struct url_parameter {
  std::string key;
  std::optional<std::string> value; ///< nothing: there is no '='
  bool nameless = false; ///< follows a password and may be a part of it, so it is never shown
};

/// All parameters of a URL, in their order.
std::vector<url_parameter> url_parameters(const std::string& url);

/// "the parameter KEY", or a text without the key when it must not be shown.
std::string named(const url_parameter& each);

/// Why libpq would refuse the parameter, or why the node can't work with it; nothing when it is
/// valid.
std::optional<std::string> postgresql_parameter_complaint(const url_parameter& each);

} // namespace volumeviz::persistence
