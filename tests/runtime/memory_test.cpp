#include "runtime/memory.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace volumeviz;

namespace {

std::size_t resident_bytes() {
  std::size_t all = 0, resident = 0;
  std::ifstream{"/proc/self/statm"} >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// The sanitizers bring an allocator of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool has_the_allocator = false;
#else
constexpr bool has_the_allocator = true;
#endif

} // namespace

TEST_CASE("memory that many small blocks have used is given back") {
  if (!has_the_allocator)
    return;
  constexpr std::size_t blocks = 100'000, size = 500;
  const auto before = resident_bytes();
  std::string last;
  {
    const std::vector<std::string> many(blocks, std::string(size, 'x'));
    last.assign(10 * size, 'y'); // fits above the others only: the heap's end can't fall below it
  }
  CHECK(resident_bytes() > before + blocks * size / 2);
  give_memory_back();
  CHECK(resident_bytes() < before + blocks * size / 4);
}
