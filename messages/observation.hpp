#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"
#include "messages/left_out.hpp"
#include "messages/resources.hpp"

#include <string>
#include <vector>

namespace volumeviz {

/// A request to the daemon: inspect some resources, or list a kind.
struct fetch_request {
  resource_kind kind = resource_kind::volume;
  bool list = false;
  std::vector<std::string> keys; ///< empty when `list`
  bool brief = false;   ///< the one key has failed before and may hang: use a short deadline
  bool drivers = false; ///< with a list of volumes: also find out which drivers are there
};

/// A key whose inspect failed, while others of the same request succeeded.
struct failed_key {
  std::string key;
  failure why;
  bool asked = true;   ///< false: not tried, since the other keys took too long
  bool denied = false; ///< the daemon answered "no such container", but its lists show it
};

/// The daemon's answer.
struct observation {
  bool ok = false; ///< false: the whole request failed; see `why`
  failure why;
  change_batch batch; ///< without host and facts; `complete` only for a list without warnings
  std::vector<failed_key> failed;         ///< keys without an answer
  std::vector<std::string> warnings;      ///< why a list is partial
  std::vector<left_out_entry> left_out{}; ///< from a list; `batch` spares their rows
  /// Volume drivers that were there both before and after the list; empty if not requested.
  std::vector<std::string> drivers{};
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, fetch_request& x) {
  return f(x.kind, x.list, x.keys, x.brief, x.drivers);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, failed_key& x) {
  return f(x.key, x.why, x.asked, x.denied);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, observation& x) {
  return f(x.ok, x.why, x.batch, x.failed, x.warnings, x.left_out, x.drivers);
}

} // namespace volumeviz
