#include "sync/first_writes.hpp"

namespace volumeviz::sync {

/// The sender of a refused batch does not learn of its lock; that of the next batch does.
void first_writes::written(const std::string& host, write_summary& summary) {
  if (replaces_another_ && !summary.locked_out && !summary.refused)
    summary.taken_anew |= known_.insert(host).second;
}

} // namespace volumeviz::sync
