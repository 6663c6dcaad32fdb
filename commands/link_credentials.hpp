#pragma once

#include "config/settings.hpp"
#include "identity/credentials.hpp"

#include <memory>
#include <string>
#include <vector>

namespace volumeviz::commands {

/// What an agent or a hub proves its name with, read from the files of HUB_TLS_CERT, HUB_TLS_KEY
/// and HUB_TLS_CA; null where they are not set, and in a standalone node. Else every complaint, one
/// line each, naming the variable and its value. Call it again to read files that were renewed.
tl::expected<std::shared_ptr<const identity::credentials>, std::vector<std::string>>
link_credentials(const config::settings& settings);

} // namespace volumeviz::commands
