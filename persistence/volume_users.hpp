#pragma once

#include "persistence/inventory.hpp"
#include "persistence/url.hpp"

#include <string>
#include <vector>

// Expressions on a volume or a container `t` that read its mounts. They are part of the statement
// that reads the row, so that a row and its mounts are of the same moment.

namespace volumeviz::persistence {

/// "FROM …" with the mounts `m` and the containers `c` of volume `t`, up to conditions on them.
std::string users_of_volume(dialect kind);

/// Whether a running container has volume `t` mounted.
std::string is_in_use(dialect kind);

/// The project of volume or container `row` by its own labels; NULL without one.
std::string project_by_labels(dialect kind, const std::string& row);
/// The same for volume `t`, and else by the containers that mount it.
std::string project_of_volume(dialect kind);

/// The containers that mount volume `t` now, and at the moment of rows_as_of; a JSON array.
std::string containers_now(dialect kind);
std::string containers_then(dialect kind);
std::vector<mounted_by> containers_from(const std::string& json);

/// The volumes that container `t` has mounted, a JSON array.
std::string mounts_of_container(dialect kind);
std::vector<mounted_volume> mounts_from(const std::string& json);

/// How many mounts table `t` has, by the columns that they share with it.
std::string number_of_mounts(const std::string& key);

} // namespace volumeviz::persistence
