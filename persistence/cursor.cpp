#include "persistence/cursor.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string_view>

namespace volumeviz::persistence {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Longer than the cursor of the longest key.
constexpr std::size_t longest_cursor = 32 * 1024;

/// base64url without padding (RFC 4648, section 5).
std::string base64(const std::string& bytes) {
  std::string text;
  unsigned bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6)
      text += alphabet[(bits >> (count - 6)) & 63];
  }
  if (count > 0)
    text += alphabet[(bits << (6 - count)) & 63];
  return text;
}

std::optional<std::string> from_base64(const std::string& text) {
  std::string bytes;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    bits = (bits << 6) | static_cast<unsigned>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>((bits >> count) & 255);
    }
  }
  return bytes;
}

std::optional<std::vector<std::string>> read(const std::string& cursor) {
  const auto bytes = cursor.size() <= longest_cursor ? from_base64(cursor) : std::nullopt;
  if (!bytes)
    return std::nullopt;
  boost::json::error_code error;
  const auto json = boost::json::parse(*bytes, error);
  if (error || !json.is_array())
    return std::nullopt;
  std::vector<std::string> texts;
  for (const auto& part : json.get_array()) {
    // PostgreSQL's protocol would end the text at a NUL.
    if (!part.is_string() || part.get_string().find('\0') != boost::json::string::npos)
      return std::nullopt;
    texts.emplace_back(part.get_string().data(), part.get_string().size());
  }
  return texts;
}

} // namespace

std::string encode_cursor(const std::string& table, const std::vector<std::string>& key) {
  if (key.empty())
    return {};
  boost::json::array parts{boost::json::value(table)};
  for (const auto& part : key)
    parts.emplace_back(part);
  return base64(boost::json::serialize(parts));
}

result<std::vector<std::string>> decode_cursor(const std::string& cursor, const std::string& table,
                                               std::size_t parts) {
  if (cursor.empty())
    return std::vector<std::string>{};
  auto read_back = read(cursor);
  if (read_back && read_back->size() == parts + 1 && read_back->front() == table) {
    read_back->erase(read_back->begin());
    // Blanks or spare bits give other spellings of the same key; only our own is accepted.
    if (encode_cursor(table, *read_back) == cursor)
      return std::move(*read_back);
  }
  return fail(ec::bad_request,
              "the cursor does not belong to this list: take it from `next` of the page before, "
              "unchanged, or leave it out");
}

} // namespace volumeviz::persistence
