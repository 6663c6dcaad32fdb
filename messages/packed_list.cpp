#include "messages/packed_list.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace volumeviz {

namespace {

// The allocator maps blocks of this size (runtime/memory.cpp): they go back to the system one by
// one. A page also has to fit what std::string adds.
constexpr std::size_t largest_page = 256 * 1024;
constexpr std::size_t smallest_page = 4 * 1024;

void put_number(std::string& to, std::size_t x) {
  if (x > std::numeric_limits<std::uint32_t>::max())
    throw std::length_error{"a text of 4 GiB can't be packed"};
  const auto number = static_cast<std::uint32_t>(x);
  to.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put(std::string& to, std::string_view text) {
  put_number(to, text.size());
  to.append(text);
}

void put(std::string& to, const key_values& pairs) {
  put_number(to, pairs.size());
  for (const auto& [key, value] : pairs) {
    put(to, key);
    put(to, value);
  }
}

void put_shown(std::string& to, const volume& x) {
  for (const auto* text : {&x.name, &x.driver, &x.mountpoint, &x.scope})
    put(to, *text);
  put(to, x.labels);
  put(to, x.options);
}

void put_shown(std::string& to, const container& x) {
  for (const auto* text : {&x.id, &x.name, &x.image, &x.state, &x.status})
    put(to, *text);
  put(to, x.labels);
  put_number(to, x.mounts.size());
  for (const auto& m : x.mounts) {
    put(to, m.volume);
    put(to, m.path);
    to += m.writable ? '\1' : '\0';
  }
}

key_values pairs(shown_reader& in) {
  key_values all;
  for (auto left = in.number(); left > 0; --left) {
    const auto key = in.text();
    all.emplace_hint(all.end(), key, in.text());
  }
  return all;
}

/// Without undefined bytes between the members, since entries are compared as bytes.
template <class Resource>
packed_rest<Resource> empty_rest() {
  packed_rest<Resource> x;
  std::memset(static_cast<void*>(&x), 0, sizeof x);
  return x;
}

packed_rest<volume> rest_of(const volume& x) {
  auto rest = empty_rest<volume>();
  rest.created_at = x.created_at;
  rest.recreated = x.recreated;
  return rest;
}

packed_rest<container> rest_of(const container& x) {
  auto rest = empty_rest<container>();
  rest.created_at = x.created_at;
  rest.started_at = x.started_at;
  rest.finished_at = x.finished_at;
  rest.unchanged_for = x.unchanged_for;
  rest.from_inspect = x.from_inspect;
  rest.times_unknown = x.times_unknown;
  return rest;
}

} // namespace

std::string shown_text(const volume& x) {
  std::string text;
  put_shown(text, x);
  return text;
}

std::string shown_text(const container& x) {
  std::string text;
  put_shown(text, x);
  return text;
}

template <>
volume packed_entry<volume>::unpacked() const {
  shown_reader in{shown()};
  volume x;
  for (auto* text : {&x.name, &x.driver, &x.mountpoint, &x.scope})
    *text = in.text();
  x.labels = pairs(in);
  x.options = pairs(in);
  const auto with = rest();
  x.created_at = with.created_at;
  x.recreated = with.recreated;
  return x;
}

template <>
container packed_entry<container>::unpacked() const {
  shown_reader in{shown()};
  container x;
  for (auto* text : {&x.id, &x.name, &x.image, &x.state, &x.status})
    *text = in.text();
  x.labels = pairs(in);
  x.mounts.resize(in.number());
  for (auto& m : x.mounts) {
    m.volume = in.text();
    m.path = in.text();
    m.writable = in.flag() != '\0';
  }
  const auto with = rest();
  x.created_at = with.created_at;
  x.started_at = with.started_at;
  x.finished_at = with.finished_at;
  x.unchanged_for = with.unchanged_for;
  x.from_inspect = with.from_inspect;
  x.times_unknown = with.times_unknown;
  return x;
}

template <class Resource>
void packed_list<Resource>::push_back(const Resource& x) {
  const auto text = shown_text(x);
  const auto rest = rest_of(x);
  auto& to = page_with_room(entry::head_size + text.size());
  put_number(to, text.size());
  to.append(reinterpret_cast<const char*>(&rest), sizeof rest).append(text);
  ++size_;
}

/// A page never grows beyond what it has reserved: views of its entries stay valid.
template <class Resource>
typename packed_list<Resource>::page& packed_list<Resource>::page_with_room(std::size_t bytes) {
  if (!pages_.empty()) {
    const auto& last = pages_.back();
    if (last.use_count() == 1 && last->capacity() - last->size() >= bytes)
      return *pages_.back();
  }
  const auto before = pages_.empty() ? std::size_t{0} : pages_.back()->capacity();
  pages_.push_back(std::make_shared<page>());
  pages_.back()->reserve(std::max(bytes, std::clamp(2 * before, smallest_page, largest_page)));
  return *pages_.back();
}

template class packed_list<volume>;
template class packed_list<container>;

} // namespace volumeviz
