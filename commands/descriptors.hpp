#pragma once

namespace volumeviz::commands {

/// Raises the soft limit of open files to the hard limit. Each agent's connection is a descriptor,
/// and service managers set the soft limit to 1,024. A hub at the limit could not accept agents.
void allow_many_descriptors() noexcept;

} // namespace volumeviz::commands
