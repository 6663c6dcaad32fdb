#pragma once

#include <cstdint>
#include <sys/types.h>

namespace volumeviz::bench {

/// How many bytes a process has sent on its open TCP connections to `port`, by the kernel's own
/// count. Nothing stands between the process and its peer. Needs the rights of a debugger.
std::uint64_t bytes_sent(pid_t pid, std::uint16_t port);

} // namespace volumeviz::bench
