#pragma once

#include "persistence/store.hpp"

#include <vector>

namespace volumeviz::commands {

/// A store that answers like another one and writes nothing. apply() previews all batches so far in
/// one transaction, which is rolled back, so each batch meets the rows that those before it would
/// have written. It takes no lock, so it is never locked out.
class dry_store final : public persistence::store {
public:
  /// The other store must outlive this.
  explicit dry_store(persistence::store& of) : of_(of) {}

  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override;
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override;
  result<void> ping() override { return of_.ping(); }

private:
  persistence::store& of_;
  /// The batches that the store would have written so far.
  std::vector<change_batch> written_;
};

} // namespace volumeviz::commands
