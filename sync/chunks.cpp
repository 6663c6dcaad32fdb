#include "sync/chunks.hpp"

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

/// Fills chunks with one resource after the other.
class cutter {
public:
  explicit cutter(std::size_t most) : most_(most) { parts_.emplace_back(); }

  template <class Resource>
  void add(std::vector<Resource>&& all, observed<Resource> change_batch::*kind) {
    for (auto& x : all) {
      make_room(weight(x));
      (parts_.back().*kind).present.push_back(std::move(x));
    }
  }
  template <class Resource>
  void add_keys(std::vector<std::string>&& all, observed<Resource> change_batch::*kind,
                std::vector<std::string> observed<Resource>::*keys) {
    for (auto& x : all) {
      make_room(x.size() + field);
      (parts_.back().*kind.*keys).push_back(std::move(x));
    }
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
  into.add(std::move(whole.volumes.present), &change_batch::volumes);
  into.add(std::move(whole.containers.present), &change_batch::containers);
  into.add_keys(std::move(whole.volumes.gone), &change_batch::volumes, &observed<volume>::gone);
  into.add_keys(std::move(whole.containers.gone), &change_batch::containers,
                &observed<container>::gone);
  into.add_keys(std::move(whole.volumes.also_present), &change_batch::volumes,
                &observed<volume>::also_present);
  into.add_keys(std::move(whole.containers.also_present), &change_batch::containers,
                &observed<container>::also_present);
  auto parts = into.take();
  for (auto& part : parts)
    part.host = whole.host;
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
