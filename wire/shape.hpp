#pragma once

#include "wire/frame.hpp"

#include <array>
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

/// The longest string of a message, and the most elements that all of its lists may have together:
/// an element of one byte becomes an object of some hundred.
struct shape_limits {
  std::size_t string_max = 0;
  std::size_t elements_max = 0;
};

/// The highest value of an enumeration that travels: whoever gets it may use it as an index.
/// Specialised where the messages are known; one that is missing there does not compile.
template <class Enum>
inline constexpr std::uint64_t last_value = static_cast<std::uint64_t>(Enum::not_specialised);

/// Walks over bytes in CAF's binary format and checks that they are what they should be, without
/// building anything: no string is longer, and there are no more elements, than the limits say or
/// the bytes that are left, nothing is nested deeper than its type. Each function answers false,
/// from then on for good, when the bytes are something else.
///
/// It is an inspector: `reader(x)` for a message type walks over the fields that its inspect()
/// names, and leaves `x` as it is.
class shape_reader {
public:
  using result_type = bool;
  static constexpr bool reads_state = false; // what CAF asks of inspectors
  static constexpr bool writes_state = true;

  shape_reader(bytes from, const shape_limits& limits) : left_(from), limits_(limits) {}

  bool ok() const noexcept { return ok_; }
  /// Everything was read, and was as it should be.
  bool done() const noexcept { return ok_ && left_.empty(); }
  bytes left() const noexcept { return left_; }

  bool skip(std::size_t count);
  /// A number of so many bytes, highest first; 0 when it is not there.
  std::uint64_t number(std::size_t size);
  /// How many elements, or bytes, follow. CAF writes seven bits a byte, lowest first; it would read
  /// more than five of them, and shift beyond 32 bits.
  std::optional<std::size_t> length();
  std::string_view text(std::size_t longest);
  /// A node's id: none, or CAF's default kind. The bytes behind the kind (20 of the host, 4 of the
  /// process id), in the order of CAF's text for it; see node_text().
  bool node(std::string* text = nullptr);
  /// An address of an actor: its number and its node.
  bool actor();
  /// An error: its numbers, and one sentence at most. CAF's own may hold errors within errors, as
  /// deep as the sender likes.
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
