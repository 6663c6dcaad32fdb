#pragma once

#include "config/settings.hpp"
#include "identity/credentials.hpp"

#include <memory>
#include <string>
#include <vector>

namespace volumeviz::commands {

/// Reads the credentials of an agent or a hub from the files of HUB_TLS_CERT, HUB_TLS_KEY and
/// HUB_TLS_CA; null where they are not set, and in a standalone node. Fails with all complaints,
/// one line each, with the variable and its value. Call it again to read renewed files.
tl::expected<std::shared_ptr<const identity::credentials>, std::vector<std::string>>
link_credentials(const config::settings& settings);

} // namespace volumeviz::commands
