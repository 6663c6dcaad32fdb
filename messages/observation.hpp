#pragma once

#include "messages/changes.hpp"
#include "messages/error.hpp"
#include "messages/left_out.hpp"
#include "messages/resources.hpp"

#include <string>
#include <vector>

namespace volumeviz {

/// A question to the daemon: how do these resources look now, or which are there at all.
struct fetch_request {
  resource_kind kind = resource_kind::volume;
  bool list = false;
  std::vector<std::string> keys; ///< empty when `list`
  bool brief = false;   ///< the one key has failed before and may hang: nobody is to wait for it
  bool drivers = false; ///< of a list of volumes: which drivers are there, too
};

/// A key whose look failed, while others of the same request went well.
struct failed_key {
  std::string key;
  failure why;
  bool asked = true;   ///< false: others of the request took so long that this one was left out
  bool denied = false; ///< the daemon says that there is no such thing, and its lists show it
};

/// What the daemon said.
struct observation {
  bool ok = false; ///< false: nothing at all could be learned, see `why`
  failure why;
  change_batch batch; ///< without host and facts; `complete` only for a list without warnings
  std::vector<failed_key> failed;         ///< keys without an answer
  std::vector<std::string> warnings;      ///< why a list is partial
  std::vector<left_out_entry> left_out{}; ///< of a list; `batch` spares their rows
  /// Volume drivers that were there both before and after the list; empty if that was not asked.
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
