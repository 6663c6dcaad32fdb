#pragma once

#include "wire/frame.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace volumeviz::wire {

/// Limits for one message: its longest string, and the elements of all its lists together. An
/// element of one byte on the wire becomes an object of some hundred bytes.
struct shape_limits {
  std::size_t string_max = 0;
  std::size_t elements_max = 0;
};

/// The highest valid value of an enumeration in messages, since receivers may use values as
/// indices. Specialised where the messages are known; a missing specialisation does not compile.
template <class Enum>
inline constexpr std::uint64_t last_value = static_cast<std::uint64_t>(Enum::not_specialised);

/// Checks bytes in CAF's binary format against the expected types, without building objects.
/// Strings and lists must keep within the limits and the bytes that are left, and nothing is nested
/// deeper than its type. After a mismatch all functions return false.
///
/// It is an inspector: `reader(x)` walks over the fields that inspect() of x's type names, and
/// leaves `x` unchanged.
class shape_reader {
public:
  using result_type = bool;
  static constexpr bool reads_state = false; // CAF requires both constants of inspectors
  static constexpr bool writes_state = true;

  shape_reader(bytes from, const shape_limits& limits) : left_(from), limits_(limits) {}

  bool ok() const noexcept { return ok_; }
  /// Whether all bytes were read and all matched.
  bool done() const noexcept { return ok_ && left_.empty(); }
  bytes left() const noexcept { return left_; }

  bool skip(std::size_t count);
  /// A number of `size` bytes, highest first; 0 when they are missing.
  std::uint64_t number(std::size_t size);
  /// How many elements or bytes follow. CAF writes seven bits in a byte, lowest first. CAF itself
  /// would read more than five such bytes, and shift beyond 32 bits.
  std::optional<std::size_t> length();
  std::string_view text(std::size_t longest);
  /// A node id: empty, or of CAF's default kind. `text` gets it in CAF's text form.
  bool node(std::string* text = nullptr);
  /// An actor's address: its id and its node.
  bool actor();
  /// An error: its numbers and at most one sentence. CAF itself would accept errors within errors,
  /// nested as deep as the sender likes.
  bool error();

  template <class... Ts>
  bool operator()(Ts&... xs) {
    (void)(... && read(xs));
    return ok_;
  }

private:
  bool fail() noexcept {
    ok_ = false;
    return false;
  }

  template <class T>
  bool read(T& x) {
    if constexpr (std::is_same_v<T, bool>)
      return skip(1);
    else if constexpr (std::is_enum_v<T>)
      return number(sizeof(T)) <= last_value<T> ? ok_ : fail();
    else if constexpr (std::is_arithmetic_v<T>)
      return skip(sizeof(T));
    else
      return inspect(*this, x);
  }
  bool read(std::string&) {
    text(limits_.string_max);
    return ok_;
  }
  template <class T>
  bool read(std::vector<T>&) {
    return list([this] {
      T each{};
      return read(each);
    });
  }
  template <class Key, class Value>
  bool read(std::map<Key, Value>&) {
    return list([this] {
      Key key{};
      Value value{};
      return read(key) && read(value);
    });
  }
  template <class Each>
  bool list(Each each) {
    const auto count = length();
    if (!count || *count > limits_.elements_max)
      return fail();
    limits_.elements_max -= *count;
    for (std::size_t i = 0; i < *count; ++i)
      if (!each())
        return false;
    return true;
  }

  bytes left_;
  shape_limits limits_;
  bool ok_ = true;
};

} // namespace volumeviz::wire
