#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// Rows of one host, by row_kind.
using row_counts = std::array<std::size_t, 3>;

/// How many rows of a kind a host may have, and how many each has whose lock is held.
class host_quota {
public:
  /// 0: no limit. Of mounts there may be twice as many.
  explicit host_quota(std::size_t most) : most_{most} {}

  bool is_limited() const noexcept { return most_ > 0; }
  std::size_t most(row_kind kind) const noexcept {
    return kind == row_kind::mount ? 2 * most_ : most_;
  }
  /// Others may write its rows.
  void forget(const std::string& host) { counts_.erase(host); }
  void clear() { counts_.clear(); }

private:
  friend class quota_check;
  std::size_t most_;
  std::map<std::string, row_counts> counts_;
};

/// What a quota lets through in one transaction. Throws sql_error.
class quota_check {
public:
  /// `of`: null, or without a limit: everything is let through.
  quota_check(session& on, host_quota* of) : on_{on}, of_{of && of->is_limited() ? of : nullptr} {}

  /// Before anything of this host is written: counts its rows, unless they are known.
  void begin(const std::string& host);
  /// Those of `present` that have a row or may get one. Of the others the summary says that they
  /// are rejected, in one line.
  const std::vector<volume>& allowed(const std::string& host, const std::vector<volume>& present,
                                     write_summary& summary);
  const std::vector<container>&
  allowed(const std::string& host, const std::vector<container>& present, write_summary& summary);
  /// Those whose mounts may be written; the mounts of the others stay as they are.
  const std::vector<container>& with_room_for_mounts(const std::string& host,
                                                     const std::vector<container>& present,
                                                     write_summary& summary);
  /// What was done for this host.
  void note(const std::string& host, const write_summary& summary);
  /// The transaction is committed.
  void keep();

private:
  template <class Resource>
  const std::vector<Resource>&
  allowed(row_kind kind, const std::string& host, const std::vector<Resource>& present,
          std::string Resource::*key, std::deque<std::vector<Resource>>& fewer,
          write_summary& summary);
  row_counts count(const std::string& host);
  /// What may come in addition; counted anew when that is less than `wanted`.
  std::size_t room(row_kind kind, const std::string& host, std::size_t wanted);
  void reject(row_kind kind, const std::string& key, std::size_t beyond, write_summary& summary);

  session& on_;
  host_quota* of_;
  std::map<std::string, row_counts> counts_;
  std::set<std::string> doubted_; ///< hosts whose counts turned out to be high or wrong
  std::deque<std::vector<volume>> fewer_volumes_;
  std::deque<std::vector<container>> fewer_containers_;
};

} // namespace volumeviz::persistence
