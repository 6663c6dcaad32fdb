#pragma once

#include "messages/changes.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace volumeviz::persistence::testing {

/// What the tables should contain after any batches: the store's rules again, in the simplest code.
class model {
public:
  write_summary apply(const change_batch& batch);
  bool knows(const std::string& host) const { return hosts_.contains(host); }
  /// Another client changes rows behind the store's back, if they are there.
  void change_mountpoint(const std::string& host, const std::string& volume);
  void drop_mounts(const std::string& host, const std::string& container);
  void drop_container(const std::string& host, const std::string& container);
  /// As testbed::contents().
  std::vector<std::string> contents() const;

private:
  struct host_rows {
    host_facts facts;
    std::map<std::string, volume> volumes;
    std::map<std::string, container> containers; ///< their `mounts` are not used
    std::map<std::string, std::map<std::string, mount>>
        mounts; ///< by container, then "VOLUME at PATH"
  };

  void remove_volume(host_rows& rows, const std::string& name, write_summary& summary);
  void remove_container(host_rows& rows, const std::string& id, write_summary& summary);
  void put(host_rows& rows, const volume& seen, write_summary& summary);
  void put(host_rows& rows, const container& seen, write_summary& summary);
  void put_mounts(host_rows& rows, const container& seen, write_summary& summary);

  std::map<std::string, host_rows> hosts_;
};

} // namespace volumeviz::persistence::testing
