#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <string>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// The rows that go with some batches, each of another host: what the batches call gone, and what
/// their complete lists don't have. Inside a transaction of the caller. Throws sql_error.
class departures {
public:
  /// `now`: for updated_at.
  departures(session& on, std::string now) : on_{on}, now_{std::move(now)} {}

  /// Finds what goes with this batch. False when its list is not believed (observed::confirmed):
  /// then nothing does, and the summary says so. Both must outlive this.
  bool note(const change_batch& batch, write_summary& summary);
  /// Removes all that was found, and tells it in the summaries; so are the rows of volumes that
  /// become `unverified` (spared_rows::unverified).
  void remove();

private:
  struct kind_of_rows;
  struct removal {
    std::vector<std::string> keys;
    bool doubtful = false;
    std::vector<std::string> unverified{};
  };
  /// What goes of one host.
  struct departure {
    const std::string& host;
    std::vector<std::string> keys;
    write_summary& summary;
  };

  template <class Resource>
  removal removals(const kind_of_rows& what, const std::string& host,
                   const observed<Resource>& seen, std::string Resource::*key,
                   write_summary& summary);
  void remove(const kind_of_rows& what, const std::vector<departure>& all);
  void remove(const kind_of_rows& what, const std::vector<departure>& of, const parameters& values);
  std::string removal_from(const std::string& table, const std::string& column) const;

  void mark_unverified(const departure& of);

  session& on_;
  std::string now_;
  std::vector<departure> volumes_, containers_, unverified_;
};

} // namespace volumeviz::persistence
