#pragma once

#include "messages/error.hpp"
#include "messages/node_role.hpp"

#include <functional>
#include <string>

namespace volumeviz {

/// Makes a node id as CAF makes one for an actor system, in CAF's text form.
std::string make_node_id();

/// Checks that libcaf calls this program's functions in place of its own (see overrides.cpp), by
/// asking `make_id` for two node ids. An error when a replacement is not in effect and the role
/// needs it: agent and hub. For a standalone node a warning, since it has no other nodes; else
/// empty. The texts say what is wrong and what to do.
result<std::string> check_overrides(node_role role,
                                    const std::function<std::string()>& make_id = make_node_id);

} // namespace volumeviz
