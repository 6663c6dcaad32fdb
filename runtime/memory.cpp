#include "runtime/memory.hpp"

#include <cstddef>
#include <malloc.h>

namespace volumeviz {

namespace {

constexpr int arenas = 2;
constexpr int mapped_from = 256 * 1024;
constexpr int kept_at_the_top = 1024 * 1024;
/// Less than this stays for the next events.
constexpr std::size_t worth_giving_back = std::size_t{2} << 20;

} // namespace

void keep_memory_small() noexcept {
  mallopt(M_ARENA_MAX, arenas);
  mallopt(M_MMAP_THRESHOLD, mapped_from);
  mallopt(M_TRIM_THRESHOLD, kept_at_the_top);
}

void give_memory_back() noexcept {
  if (mallinfo2().fordblks > worth_giving_back)
    malloc_trim(0);
}

} // namespace volumeviz
