#pragma once

#include "messages/observation.hpp"
#include "messages/reports.hpp"
#include "sync/kept_rows.hpp"

#include <spdlog/logger.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace volumeviz {

/// The resources of one kind whose inspects fail, by the names that people know. The log has each
/// when it begins, when its reason changes and when it ends.
class unverified_resources {
public:
  unverified_resources(resource_kind kind, std::shared_ptr<spdlog::logger> log)
      : kind_(kind), log_(std::move(log)) {}

  /// What a fetch has shown: names, failed inspects, and inspects that work again. A list says
  /// nothing about inspects.
  void fetched(const observation& what, bool list, timestamp now);
  /// These resources do not exist any more.
  void forget(const std::vector<std::string>& keys);
  /// Only these resources may still exist.
  void keep_only(const std::set<std::string>& keys);

  /// The failing resources that are set aside now, and beside them the volumes that lists lack.
  unverified_report report(const std::vector<std::string>& set_aside,
                           const sync::kept_rows& kept) const;
  /// Logs when rows begin to stay although the daemon's lists lack their volumes, and when that is
  /// over.
  void log_kept(const unverified_report& current, const unverified_report& before) const;

private:
  void failed(const failed_key& x, timestamp now);
  void works_again(const std::string& key);
  std::string name_of(const std::string& key) const;

  struct entry {
    std::string why;
    timestamp since = never;
    std::uint64_t failures = 0;
    bool logged = false;
  };

  resource_kind kind_;
  std::shared_ptr<spdlog::logger> log_;
  /// Names of containers, by id.
  std::map<std::string, std::string> names_;
  std::map<std::string, entry> failing_;
};

} // namespace volumeviz
