#pragma once

#include "persistence/inventory.hpp"

#include <string>

// Rows as JSON: the tables' own column names, labels and options as objects, unknown times as null.

namespace volumeviz::http {

/// {"items": […], "next": null or a cursor}
std::string page_json(const persistence::page<persistence::volume_row>& page);
std::string page_json(const persistence::page<persistence::container_row>& page);
std::string page_json(const persistence::page<persistence::mount_row>& page);
std::string page_json(const persistence::page<persistence::host_row>& page);

} // namespace volumeviz::http
