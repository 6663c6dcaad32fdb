#pragma once

#include "messages/fleet.hpp"
#include "persistence/inventory.hpp"

#include <string>
#include <vector>

// Rows as JSON: the tables' own column names, labels and options as objects, unknown times as null.

namespace volumeviz::http {

/// One row, as in a list.
std::string row_json(const persistence::volume_row& row);
/// With its `mounts`: volume_id, mount_path, access_mode.
std::string row_json(const persistence::container_row& row,
                     const std::vector<persistence::mount_row>& mounts);

/// {"items": […], "next": null or a cursor}
std::string page_json(const persistence::page<persistence::volume_row>& page);
std::string page_json(const persistence::page<persistence::container_row>& page);
std::string page_json(const persistence::page<persistence::mount_row>& page);
std::string page_json(const persistence::page<persistence::host_row>& page);

/// The hosts of a hub: each row with what the hub knows of the host at `now`. Unknown values are
/// null, and so is an agent's own report while it is away.
std::string page_json(const persistence::page<persistence::host_row>& page,
                      const std::vector<host_report>& fleet, timestamp now);

} // namespace volumeviz::http
