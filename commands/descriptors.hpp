#pragma once

namespace volumeviz::commands {

/// Lets this process open as many files as it is allowed to at all: every agent's connection is
/// one, and service managers set the limit that counts to 1,024, whatever the hard one is. A hub
/// that has reached it would let nobody in, and spin.
void allow_many_descriptors() noexcept;

} // namespace volumeviz::commands
