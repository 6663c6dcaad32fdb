#pragma once

#include "messages/changes.hpp"
#include "messages/left_out.hpp"
#include "messages/resources.hpp"

#include <string>
#include <vector>

namespace volumeviz::sync {

/// Spares the rows that may be those of entries left out of a complete list. Nothing is deleted
/// because of a malformed entry:
///
/// | can be read of the entry  | the list does not delete                |
/// |---------------------------|-----------------------------------------|
/// | its key                   | the row of that key                     |
/// | a volume's driver         | any volume of that driver               |
/// | neither                   | any row of the kind                     |
///
/// For a list that is not complete this changes nothing: it deletes no row anyway.
void spare(const std::vector<left_out_entry>& entries, observed<volume>& list);
void spare(const std::vector<left_out_entry>& entries, observed<container>& list);

/// Which entry it is, for people and the same from list to list: `volume "x"`, or, without a key,
/// `volume 3 of the list (driver "nas")`. At most 200 characters of what the daemon said.
std::string entry_name(resource_kind kind, const left_out_entry& entry);

/// One sentence for health: the first entries with the reason of each, and how many there are.
/// Empty when there are none.
std::string left_out_reason(resource_kind kind, const std::vector<left_out_entry>& entries);

} // namespace volumeviz::sync
