#include "commands/descriptors.hpp"

#include <sys/resource.h>

namespace volumeviz::commands {

void allow_many_descriptors() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit); // when it fails, the limit stays as it was
}

} // namespace volumeviz::commands
