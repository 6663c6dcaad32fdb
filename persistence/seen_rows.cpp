#include "persistence/seen_rows.hpp"

#include <functional>

namespace volumeviz::persistence {

namespace {

/// A text that differs for different values: each part begins with its length.
class digest_text {
public:
  digest_text& operator<<(std::string_view part) {
    const auto size = part.size();
    text_.append(reinterpret_cast<const char*>(&size), sizeof size).append(part);
    return *this;
  }
  digest_text& operator<<(const key_values& values) {
    const auto size = values.size();
    text_.append(reinterpret_cast<const char*>(&size), sizeof size);
    for (const auto& [key, value] : values)
      *this << key << value;
    return *this;
  }
  std::uint64_t digest() const { return std::hash<std::string_view>{}(text_); }

private:
  std::string text_;
};

std::uint64_t hash_of_key(std::string_view key) {
  return std::hash<std::string_view>{}(key);
}

} // namespace

std::uint64_t digest_of(const volume& x) {
  digest_text text;
  text << x.name << x.driver << x.mountpoint << x.labels << x.options << x.scope;
  return text.digest();
}

std::uint64_t digest_of(const container& x) {
  digest_text text;
  text << x.id << x.name << x.image << x.state << x.status << x.labels;
  for (const auto& m : x.mounts)
    text << m.volume << m.path << (m.writable ? "rw" : "ro");
  return text.digest();
}

void seen_rows::remember(std::string_view key, std::uint64_t digest, row_version version) {
  rows_.insert_or_assign(hash_of_key(key), row{digest, version});
}

void seen_rows::forget(std::string_view key) {
  rows_.erase(hash_of_key(key));
}

bool seen_rows::equal(std::string_view key, std::uint64_t digest, row_version version) const {
  const auto known = rows_.find(hash_of_key(key));
  return version != no_version && known != rows_.end() && known->second.digest == digest
         && known->second.version == version;
}

} // namespace volumeviz::persistence
