#include "sync/chunks.hpp"

#include "sync/told.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace volumeviz::sync {

namespace {

// The bytes of a string or a number besides its characters.
constexpr std::size_t field = 8;

std::size_t weight_of(const key_values& pairs) {
  std::size_t sum = field;
  for (const auto& [key, value] : pairs)
    sum += key.size() + value.size() + 2 * field;
  return sum;
}

std::size_t weight_of(const told_change& x) {
  return x.key.size() + 2 * field;
}

/// Fills chunks with one resource after the other.
class cutter {
public:
  explicit cutter(std::size_t most) : most_(most) { parts_.emplace_back(); }

  /// What was told of a key is in the same chunk as the key. A complete list does not name all keys
  /// that are gone: what was told of these comes last.
  template <class Resource>
  void add(observed<Resource>& all, observed<Resource> change_batch::*kind) {
    std::vector<bool> added(all.told.size());
    const auto tell = [&](std::size_t place) {
      added[place] = true;
      (parts_.back().*kind).told.push_back(all.told[place]);
    };
    const auto add_key = [&](const std::string& key, std::size_t bytes) {
      const auto* told = find_told(all.told, key);
      make_room(bytes + (told == nullptr ? 0 : weight_of(*told)));
      if (told != nullptr)
        tell(static_cast<std::size_t>(told - all.told.data()));
    };
    for (auto& x : all.present) {
      add_key(key_of(x), weight(x));
      (parts_.back().*kind).present.push_back(std::move(x));
    }
    for (auto& x : all.gone) {
      add_key(x, x.size() + field);
      (parts_.back().*kind).gone.push_back(std::move(x));
    }
    for (auto& x : all.also_present) {
      make_room(x.size() + field);
      (parts_.back().*kind).also_present.push_back(std::move(x));
    }
    for (std::size_t place = 0; place < added.size(); ++place)
      if (!added[place]) {
        make_room(weight_of(all.told[place]));
        tell(place);
      }
    for (auto& part : parts_)
      sort_told((part.*kind).told);
  }
  std::vector<change_batch> take() { return std::move(parts_); }

private:
  void make_room(std::size_t bytes) {
    if (filled_ > 0 && filled_ + bytes > most_) {
      parts_.emplace_back();
      filled_ = 0;
    }
    filled_ += bytes;
  }

  std::size_t most_;
  std::size_t filled_ = 0;
  std::vector<change_batch> parts_;
};

template <class Resource>
void take_oversized(observed<Resource>& of, row_kind kind, std::size_t most,
                    std::vector<rejected_row>& rejected) {
  std::erase_if(of.present, [&](const Resource& x) {
    const auto heavy = weight(x);
    if (heavy <= most)
      return false;
    auto key = key_of(x);
    if (of.complete && key.size() <= key_most)
      of.also_present.push_back(key);
    text::cut(key, key_most);
    rejected.push_back({kind, std::move(key),
                        "it weighs " + std::to_string(heavy) + " bytes, more than the "
                            + std::to_string(most)
                            + " that the link to the hub takes; its row stays as it was"});
    return true;
  });
}

} // namespace

batch_topics topics_of(const change_batch& batch) {
  const auto any = [](const auto& x) {
    return x.complete || count_present(x) > 0 || !x.gone.empty();
  };
  return {.volumes = any(batch.volumes),
          .containers = any(batch.containers),
          .host = batch.facts != host_facts{}};
}

std::size_t weight(const volume& x) {
  return x.name.size() + x.driver.size() + x.mountpoint.size() + x.scope.size()
         + weight_of(x.labels) + weight_of(x.options) + 6 * field;
}

std::size_t weight(const container& x) {
  auto sum = x.id.size() + x.name.size() + x.image.size() + x.state.size() + x.status.size()
             + weight_of(x.labels) + 10 * field;
  for (const auto& y : x.mounts)
    sum += y.volume.size() + y.path.size() + 3 * field;
  return sum;
}

std::vector<rejected_row> remove_oversized(change_batch& whole, std::size_t most) {
  std::vector<rejected_row> rejected;
  unpack(whole);
  take_oversized(whole.volumes, row_kind::volume, most, rejected);
  take_oversized(whole.containers, row_kind::container, most, rejected);
  return rejected;
}

std::vector<change_batch> cut(change_batch&& whole, std::size_t most) {
  unpack(whole);
  cutter into{most};
  into.add(whole.volumes, &change_batch::volumes);
  into.add(whole.containers, &change_batch::containers);
  auto parts = into.take();
  for (auto& part : parts) {
    part.host = whole.host;
    part.observed_at = whole.observed_at;
  }
  auto& last = parts.back();
  last.volumes.complete = whole.volumes.complete;
  last.volumes.confirmed = whole.volumes.confirmed;
  last.volumes.spared = std::move(whole.volumes.spared);
  last.containers.complete = whole.containers.complete;
  last.containers.confirmed = whole.containers.confirmed;
  last.containers.spared = std::move(whole.containers.spared);
  last.facts = std::move(whole.facts);
  return parts;
}

} // namespace volumeviz::sync
