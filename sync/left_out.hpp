#pragma once

#include "messages/changes.hpp"
#include "messages/left_out.hpp"
#include "messages/resources.hpp"

#include <string>
#include <vector>

namespace volumeviz::sync {

/// Spares the rows that may belong to entries left out of a complete list, so that a malformed
/// entry never deletes a row:
///
/// | readable in the entry     | the list does not delete                |
/// |---------------------------|-----------------------------------------|
/// | its key                   | the row of that key                     |
/// | a volume's driver         | any volume of that driver               |
/// | neither                   | any row of the kind                     |
///
/// Does nothing for a partial list, which deletes no rows.
void spare(const std::vector<left_out_entry>& entries, observed<volume>& list);
void spare(const std::vector<left_out_entry>& entries, observed<container>& list);

/// A name of the entry for logs and health, the same for each list: `volume "x"`, or, without a
/// key, `volume 3 of the list (driver "nas")`. Quotes and cuts texts of the daemon, see
/// text::in_quotes.
std::string entry_name(resource_kind kind, const left_out_entry& entry);

/// A sentence for health: how many entries were left out, and the first of them with their reasons.
/// Empty when there are none.
std::string left_out_reason(resource_kind kind, const std::vector<left_out_entry>& entries);

} // namespace volumeviz::sync
