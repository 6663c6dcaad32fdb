#pragma once

#include "messages/changes.hpp"
#include "persistence/compared_lists.hpp"
#include "persistence/history_context.hpp"
#include "persistence/session.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// How many rows one transaction may still delete or mark.
struct deletion_room {
  std::size_t most = 0;
  std::size_t left = most;
};
/// The rows that one transaction may delete: its statements must end well within the limit of a
/// call.
inline constexpr deletion_room deletions_at_once{.most = 5000};
/// A preview deletes nothing, so it reports all deletions.
inline constexpr deletion_room any_deletions{.most = std::numeric_limits<std::size_t>::max() / 4};

/// The rows that go with some batches, each of another host: the keys that a batch calls gone, and
/// the rows that its complete lists lack. Works inside the caller's transaction. Throws sql_error.
class deletions {
public:
  /// `history`: told before a row changes. `now`: for updated_at. `room` must outlive this.
  deletions(session& on, history_context& history, std::string now, deletion_room& room)
      : on_{on}, history_{history}, now_{std::move(now)}, room_{room} {}

  /// Finds the rows that go with this batch; `lists` are its. Returns false when the mass-deletion
  /// guard holds its list back (observed::confirmed): then no row goes, and the summary says so.
  /// `batch` and `summary` must outlive this.
  bool add(const change_batch& batch, const compared_lists& lists, write_summary& summary);
  /// Deletes the rows that were found, as many as there is room for, and reports them in the
  /// summaries (write_summary::unfinished: some are left). Marks and reports the rows of volumes
  /// that become `unverified` (spared_rows::unverified) in the same way.
  void run();

private:
  struct kind_of_rows;
  /// The rows that go with one list.
  struct found_rows {
    std::vector<std::string> keys;
    bool held_back = false;
    std::vector<std::string> unverified{};
  };
  /// The rows of one host that go, and where to report them.
  struct deletion {
    const std::string& host;
    std::vector<std::string> keys;
    write_summary& summary;
  };

  template <class Resource>
  found_rows find(const kind_of_rows& what, const std::string& host, const observed<Resource>& seen,
                  const std::optional<list_comparison<Resource>>& list, write_summary& summary);
  void run(const kind_of_rows& what, const std::vector<deletion>& all);
  void run(const kind_of_rows& what, const std::vector<deletion>& of, const parameters& values);
  std::string delete_from(const std::string& table, const std::string& column) const;
  bool fit(const kind_of_rows& what, const std::string& host, std::vector<std::string>& keys);
  std::vector<text_row> recorded(const kind_of_rows& what, const std::string& host,
                                 const std::vector<std::string>& keys);
  std::string among_keys(const std::string& column) const;
  std::string of_host() const;
  void run_in_sqlite(const kind_of_rows& what, const deletion& of);
  void mark_unverified(const deletion& of);

  session& on_;
  history_context& history_;
  std::string now_;
  deletion_room& room_;
  std::vector<deletion> volumes_, containers_, unverified_;
};

} // namespace volumeviz::persistence
