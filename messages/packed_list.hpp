#pragma once

#include "messages/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz {

/// What a packed resource has besides its text.
template <class Resource>
struct packed_rest;
template <>
struct packed_rest<volume> {
  timestamp created_at = never;
  bool recreated = false;
  friend bool operator==(const packed_rest&, const packed_rest&) = default;
};
template <>
struct packed_rest<container> {
  timestamp created_at = never;
  timestamp started_at = never;
  timestamp finished_at = never;
  std::int64_t unchanged_for = 0;
  bool from_inspect = false;
  bool times_unknown = false;
  friend bool operator==(const packed_rest&, const packed_rest&) = default;
};

/// All that a list shows of a resource, as one text: different resources have different texts. It
/// has nothing of packed_rest. Each part begins with its length, and the key is the first.
std::string shown_text(const volume& x);
std::string shown_text(const container& x);

/// One resource of a packed_list; a view. Ends with the list, and with the next change of it.
template <class Resource>
class packed_entry {
public:
  using rest_type = packed_rest<Resource>;

  explicit packed_entry(const char* at) : at_{at} {}

  /// As shown_text().
  std::string_view shown() const { return {at_ + head_size, number_at(0)}; }
  std::string_view key() const { return text(0); }
  /// The text at this place, from 0: name, driver, mountpoint and scope of a volume; id, name,
  /// image, state and status of a container.
  std::string_view text(std::size_t place) const;
  rest_type rest() const {
    rest_type x;
    std::memcpy(static_cast<void*>(&x), at_ + sizeof(std::uint32_t), sizeof x);
    return x;
  }
  Resource unpacked() const;
  /// Calls `visit` with each text of the resource, those of its labels and mounts included.
  template <class Visit>
  void each_text(Visit visit) const;

  /// The bytes in front of the text: its length, and the rest.
  static constexpr std::size_t head_size = sizeof(std::uint32_t) + sizeof(rest_type);
  std::size_t bytes() const { return head_size + number_at(0); }

private:
  std::uint32_t number_at(std::size_t offset) const {
    std::uint32_t x = 0;
    std::memcpy(&x, at_ + offset, sizeof x);
    return x;
  }

  const char* at_;
};

/// The resources of a complete list, in about a quarter of the memory that a vector of them takes:
/// most of them are equal to their rows, and all that is needed of them is the key and a hash of
/// the text. Copies share their memory. Not thread-safe, but copies are independent of each other.
template <class Resource>
class packed_list {
public:
  using entry = packed_entry<Resource>;
  using rest_type = packed_rest<Resource>;
  using value_type = Resource;

  /// Unpacks each resource that it comes to.
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;
    using value_type = Resource;
    using difference_type = std::ptrdiff_t;
    using reference = Resource;
    using pointer = void;

    iterator() = default;
    iterator(const packed_list* of, std::size_t page) : of_{of}, page_{page} {}
    Resource operator*() const { return packed().unpacked(); }
    entry packed() const { return entry{of_->pages_[page_]->data() + offset_}; }
    iterator& operator++() {
      offset_ += packed().bytes();
      if (offset_ == of_->pages_[page_]->size()) {
        ++page_;
        offset_ = 0;
      }
      return *this;
    }
    iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    bool operator==(const iterator&) const = default;

  private:
    const packed_list* of_ = nullptr;
    std::size_t page_ = 0;
    std::size_t offset_ = 0;
  };

  packed_list() = default;
  packed_list(const std::vector<Resource>& all) { append(all); }
  packed_list(std::initializer_list<Resource> all) { append(all); }

  void push_back(const Resource& x);
  void clear() {
    pages_.clear();
    size_ = 0;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  iterator begin() const { return {this, 0}; }
  iterator end() const { return {this, pages_.size()}; }
  /// Takes as long as a walk over all before it.
  Resource operator[](std::size_t place) const {
    return *std::next(begin(), static_cast<std::ptrdiff_t>(place));
  }
  std::vector<Resource> unpacked() const { return {begin(), end()}; }

  template <class Visit>
  void each(Visit visit) const {
    for (auto i = begin(); i != end(); ++i)
      visit(i.packed());
  }
  /// Calls `change` with the entry and its rest, which it may change. A copy of this list stays as
  /// it is.
  template <class Change>
  void change_each(Change change);

  friend bool operator==(const packed_list& a, const packed_list& b) {
    return a.size_ == b.size_ && a.unpacked() == b.unpacked();
  }

private:
  /// A number of whole entries. Only the list that has made it appends to it, while no copy has it.
  using page = std::string;

  template <class All>
  void append(const All& all) {
    for (const auto& x : all)
      push_back(x);
  }
  page& page_with_room(std::size_t bytes);

  std::vector<std::shared_ptr<page>> pages_;
  std::size_t size_ = 0;
};

template <class Resource>
template <class Change>
void packed_list<Resource>::change_each(Change change) {
  for (auto& p : pages_)
    for (std::size_t offset = 0; offset < p->size();) {
      const entry x{p->data() + offset};
      const auto before = x.rest();
      auto after = before;
      change(x, after);
      const auto bytes = x.bytes();
      if (after != before) {
        if (p.use_count() > 1)
          p = std::make_shared<page>(*p);
        std::memcpy(p->data() + offset + sizeof(std::uint32_t), &after, sizeof after);
      }
      offset += bytes;
    }
}

/// Reads the parts of shown_text() one after the other.
class shown_reader {
public:
  explicit shown_reader(std::string_view shown) : at_{shown.data()} {}

  std::uint32_t number() {
    std::uint32_t x = 0;
    std::memcpy(&x, at_, sizeof x);
    at_ += sizeof x;
    return x;
  }
  std::string_view text() {
    const auto size = number();
    const std::string_view x{at_, size};
    at_ += size;
    return x;
  }
  char flag() { return *at_++; }

private:
  const char* at_;
};

template <class Resource>
std::string_view packed_entry<Resource>::text(std::size_t place) const {
  shown_reader in{shown()};
  for (; place > 0; --place)
    in.text();
  return in.text();
}

template <class Resource>
template <class Visit>
void packed_entry<Resource>::each_text(Visit visit) const {
  constexpr bool of_volume = std::is_same_v<Resource, volume>;
  shown_reader in{shown()};
  for (int i = 0; i < (of_volume ? 4 : 5); ++i)
    visit(in.text());
  for (int maps = 0; maps < (of_volume ? 2 : 1); ++maps)
    for (auto left = 2 * in.number(); left > 0; --left)
      visit(in.text());
  if constexpr (!of_volume)
    for (auto left = in.number(); left > 0; --left) {
      visit(in.text());
      visit(in.text());
      in.flag();
    }
}

template <>
volume packed_entry<volume>::unpacked() const;
template <>
container packed_entry<container>::unpacked() const;
extern template class packed_list<volume>;
extern template class packed_list<container>;

} // namespace volumeviz
