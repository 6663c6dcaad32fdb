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

/// Of one kind: the resources that can't be inspected, by the names that people know. The log says
/// so when it begins, when the reason changes and when it is over.
class unverified_resources {
public:
  unverified_resources(resource_kind kind, std::shared_ptr<spdlog::logger> log)
      : kind_(kind), log_(std::move(log)) {}

  /// What a look has shown: names, failures, and what works again. `list`: it was one, which says
  /// nothing of inspects.
  void seen(const observation& what, bool list, timestamp now);
  void gone(const std::vector<std::string>& keys);
  /// All others are gone.
  void only(const std::set<std::string>& keys);
  /// Those among the failing ones that are set aside now; apart from these, those that lists lack.
  unverified_report report(const std::vector<std::string>& set_aside,
                           const sync::kept_rows& kept) const;

private:
  void failed(const failed_key& x, timestamp now);
  void over(const std::string& key);
  std::string name_of(const std::string& key) const;

  struct entry {
    std::string why;
    timestamp since = never;
    std::uint64_t failures = 0;
    bool told = false;
  };

  resource_kind kind_;
  std::shared_ptr<spdlog::logger> log_;
  std::map<std::string, std::string> names_; ///< of containers, by id
  std::map<std::string, entry> failing_;
};

} // namespace volumeviz
