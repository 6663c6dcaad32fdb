#include "wire/shape.hpp"

namespace volumeviz::wire {

namespace {

// The two kinds of node ids on this link: CAF's atoms as numbers.
constexpr std::uint64_t no_node = 0x0F;
constexpr std::uint64_t default_node = 0x3E'9AAB'9BAC'79;
constexpr std::size_t host_id_size = 20;

constexpr std::size_t sentence_max = 4096;

std::string hex_of(bytes host) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const auto x : host) {
    text += digits[std::to_integer<unsigned>(x) >> 4];
    text += digits[std::to_integer<unsigned>(x) & 15];
  }
  return text;
}

} // namespace

bool shape_reader::skip(std::size_t count) {
  if (!ok_ || count > left_.size())
    return fail();
  left_ = left_.subspan(count);
  return true;
}

std::uint64_t shape_reader::number(std::size_t size) {
  const auto from = left_;
  if (!skip(size))
    return 0;
  std::uint64_t x = 0;
  for (std::size_t i = 0; i < size; ++i)
    x = (x << 8) | std::to_integer<std::uint64_t>(from[i]);
  return x;
}

std::optional<std::size_t> shape_reader::length() {
  std::uint64_t x = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const auto low = number(1);
    if (!ok_)
      return std::nullopt;
    x |= (low & 0x7F) << shift;
    if ((low & 0x80) == 0)
      return x <= 0xFFFF'FFFF ? std::optional{static_cast<std::size_t>(x)} : std::nullopt;
  }
  return std::nullopt;
}

std::string_view shape_reader::text(std::size_t longest) {
  const auto size = length();
  const auto from = left_;
  if (!size || *size > longest || !skip(*size)) {
    fail();
    return {};
  }
  return {reinterpret_cast<const char*>(from.data()), *size};
}

bool shape_reader::node(std::string* text) {
  const auto kind = number(8);
  if (kind == no_node)
    return ok_;
  if (kind != default_node)
    return fail();
  const auto process = number(4);
  const auto host = left_;
  if (!skip(host_id_size))
    return false;
  if (text != nullptr)
    *text = hex_of(host.first(host_id_size)) + '#' + std::to_string(process);
  return true;
}

bool shape_reader::actor() {
  return skip(8) && node();
}

bool shape_reader::error() {
  skip(1 + 8);
  if (number(2) != 0)
    return fail();
  const auto holds = text(sentence_max);
  if (holds == "@<>")
    return ok_;
  if (holds != "@<>+@str")
    return fail();
  text(sentence_max);
  return ok_;
}

} // namespace volumeviz::wire
