#pragma once

#include <optional>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// A parameter of a DATABASE_URL, KEY=VALUE behind the '?', as it is written there.
struct url_parameter {
  std::string key;
  std::optional<std::string> value; ///< nothing: there is no '='
  bool nameless = false; ///< comes after a password and may be a piece of it: never shown
};

/// All parameters of a URL, in their order.
std::vector<url_parameter> url_parameters(const std::string& url);

/// "the parameter KEY", or words without the key where it must not be shown.
std::string named(const url_parameter& each);

/// Why PostgreSQL's library would refuse it, or why the node could not work with it.
std::optional<std::string> postgresql_parameter_complaint(const url_parameter& each);

} // namespace volumeviz::persistence
