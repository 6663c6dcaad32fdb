#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// How many rows one transaction may still remove or mark.
struct removal_room {
  std::size_t most = 0;
  std::size_t left = most;
};

/// The rows that go with some batches, each of another host: what the batches call gone, and what
/// their complete lists don't have. Inside a transaction of the caller. Throws sql_error.
class deletions {
public:
  /// `now`: for updated_at. `room` must outlive this.
  deletions(session& on, std::string now, removal_room& room)
      : on_{on}, now_{std::move(now)}, room_{room} {}

  /// Finds what goes with this batch. False when its list is not believed (observed::confirmed):
  /// then nothing does, and the summary says so. Both must outlive this.
  bool note(const change_batch& batch, write_summary& summary);
  /// Removes all that was found, as far as there is room, and tells it in the summaries
  /// (write_summary::unfinished: not all); so are the rows of volumes that become `unverified`
  /// (spared_rows::unverified).
  void remove();

private:
  struct kind_of_rows;
  struct removal {
    std::vector<std::string> keys;
    bool doubtful = false;
    std::vector<std::string> unverified{};
  };
  /// What goes of one host.
  struct deletion {
    const std::string& host;
    std::vector<std::string> keys;
    write_summary& summary;
  };

  template <class Resource>
  removal removals(const kind_of_rows& what, const std::string& host,
                   const observed<Resource>& seen, std::string Resource::*key,
                   write_summary& summary);
  void remove(const kind_of_rows& what, const std::vector<deletion>& all);
  void remove(const kind_of_rows& what, const std::vector<deletion>& of, const parameters& values);
  std::string removal_from(const std::string& table, const std::string& column) const;
  bool fits(const kind_of_rows& what, const std::string& host, std::vector<std::string>& keys);
  std::vector<text_row> recorded(const kind_of_rows& what, const std::string& host,
                                 const std::vector<std::string>& keys);
  std::string among_keys(const std::string& column) const;
  std::string of_host() const;

  void mark_unverified(const deletion& of);

  session& on_;
  std::string now_;
  removal_room& room_;
  std::vector<deletion> volumes_, containers_, unverified_;
};

} // namespace volumeviz::persistence
