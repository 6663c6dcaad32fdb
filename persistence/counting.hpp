#pragma once

#include "messages/error.hpp"
#include "messages/inventory_counts.hpp"
#include "persistence/store.hpp"

#include <memory>
#include <string>

namespace volumeviz::persistence {

/// Counts rows for metrics, on a connection of its own. Thread-safe, blocking, bounded by
/// database::call_limit. Changes nothing.
class row_counter {
public:
  virtual ~row_counter() = default;
  /// Of this host; empty: of all.
  virtual result<inventory_counts> count(const std::string& host) = 0;
};

/// Does not connect. Fails with ec::bad_request when the URL can't be understood.
result<std::unique_ptr<row_counter>> open_row_counter(const database& where);

} // namespace volumeviz::persistence
