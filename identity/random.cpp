#include "identity/random.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <system_error>

namespace volumeviz::identity {

namespace {

template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
  static_assert(Size <= 256,
                "getrandom() returns up to 256 bytes completely, also when a signal comes");
  std::array<unsigned char, Size> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(Size))
    throw std::system_error{errno, std::generic_category(), "the system gives no random numbers"};
  return bytes;
}

} // namespace

std::string random_nonce() {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : random_bytes<32>()) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 0xf]);
  }
  return text;
}

std::uint64_t random_number() {
  const auto bytes = random_bytes<sizeof(std::uint64_t)>();
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

} // namespace volumeviz::identity
