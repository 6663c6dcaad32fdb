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

/// How many rows one host has, by row_kind.
using row_counts = std::array<std::size_t, 3>;

/// How many rows of a kind a host may have, and how many the hosts have whose lock is held.
class host_quota {
public:
  /// `most`: volumes, and containers, of a host; 0: no limit. A host may have twice as many mounts.
  explicit host_quota(std::size_t most) : most_{most} {}

  bool is_limited() const noexcept { return most_ > 0; }
  std::size_t most(row_kind kind) const noexcept {
    return kind == row_kind::mount ? 2 * most_ : most_;
  }
  /// Other writers may change this host's rows.
  void forget(const std::string& host) { counts_.erase(host); }
  void clear() { counts_.clear(); }

private:
  friend class quota_check;
  std::size_t most_;
  std::map<std::string, row_counts> counts_;
};

/// Applies a quota within one transaction. Throws sql_error.
class quota_check {
public:
  /// `of`: null, or without a limit: allows everything.
  quota_check(session& on, host_quota* of) : on_{on}, of_{of && of->is_limited() ? of : nullptr} {}

  /// To be called before anything of this host is written: counts its rows, unless they are known.
  void begin(const std::string& host);
  /// The resources of `present` that have a row or may get one. The others are rejected, with one
  /// entry in the summary.
  const std::vector<volume>& allowed(const std::string& host, const std::vector<volume>& present,
                                     write_summary& summary);
  const std::vector<container>&
  allowed(const std::string& host, const std::vector<container>& present, write_summary& summary);
  /// The containers whose mounts may be written; the mounts of the others stay as they are.
  const std::vector<container>& with_room_for_mounts(const std::string& host,
                                                     const std::vector<container>& present,
                                                     write_summary& summary);
  /// Adds and subtracts the rows that were written for this host.
  void count_changes(const std::string& host, const write_summary& summary);
  /// The transaction is committed.
  void keep();

private:
  template <class Resource>
  const std::vector<Resource>&
  allowed(row_kind kind, const std::string& host, const std::vector<Resource>& present,
          std::string Resource::*key, std::deque<std::vector<Resource>>& fewer,
          write_summary& summary);
  row_counts count(const std::string& host);
  /// How many rows may be added; the rows are counted again when that is less than `wanted`.
  std::size_t room(row_kind kind, const std::string& host, std::size_t wanted);
  void reject(row_kind kind, const std::string& key, std::size_t beyond, write_summary& summary);

  session& on_;
  host_quota* of_;
  std::map<std::string, row_counts> counts_;
  std::set<std::string> to_recount_; ///< hosts whose counts are high, or may be wrong
  std::deque<std::vector<volume>> fewer_volumes_;
  std::deque<std::vector<container>> fewer_containers_;
};

} // namespace volumeviz::persistence
