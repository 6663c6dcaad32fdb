#pragma once

#include "docker/client.hpp"
#include "messages/resources.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace volumeviz::docker {

/// A resource that the daemon lists and whose inspect fails.
struct uninspectable {
  resource_kind kind = resource_kind::volume;
  std::string name; ///< of a container: with the beginning of its id
  std::string why;
};

/// What try_inspects() found.
struct inspect_trial {
  std::size_t tried = 0;  ///< resources that were inspected
  std::size_t listed = 0; ///< resources in the lists whose names can be inspected
  std::vector<uninspectable> failed;
};

/// Inspects all resources that the daemon lists, containers first, for at most `all` in total and
/// `each` for one. Fails when a list fails. A resource that is removed meanwhile is not a failure.
result<inspect_trial> try_inspects(client& daemon, deadline each, deadline all);

} // namespace volumeviz::docker
