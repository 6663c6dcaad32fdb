#include "sync/chunks.hpp"

#include "text/utf8.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace volumeviz::sync {

namespace {

// What a string or a number costs beside its characters.
constexpr std::size_t field = 8;

// Far more than can be under way.
constexpr std::size_t remembered = 64;

std::size_t weight_of(const key_values& pairs) {
  std::size_t sum = field;
  for (const auto& [key, value] : pairs)
    sum += key.size() + value.size() + 2 * field;
  return sum;
}

/// Fills parts with one resource after the other.
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

// What a node of a map takes beside its value.
constexpr std::size_t map_node = 48;

std::size_t memory_of(const std::string& x) {
  return sizeof(x) + x.size();
}
std::size_t memory_of(const key_values& pairs) {
  std::size_t sum = 0;
  for (const auto& [key, value] : pairs)
    sum += map_node + memory_of(key) + memory_of(value);
  return sum;
}
std::size_t memory_of(const volume& x) {
  return sizeof(x) + x.name.size() + x.driver.size() + x.mountpoint.size() + x.scope.size()
         + memory_of(x.labels) + memory_of(x.options);
}
std::size_t memory_of(const container& x) {
  auto sum = sizeof(x) + x.id.size() + x.name.size() + x.image.size() + x.state.size()
             + x.status.size() + memory_of(x.labels);
  for (const auto& y : x.mounts)
    sum += sizeof(y) + y.volume.size() + y.path.size();
  return sum;
}
template <class Resource>
std::size_t memory_of(const observed<Resource>& x) {
  std::size_t sum = 0;
  for (const auto& y : x.present)
    sum += memory_of(y);
  for (const auto* keys :
       {&x.gone, &x.also_present, &x.spared.drivers, &x.spared.known, &x.spared.unverified})
    for (const auto& y : *keys)
      sum += memory_of(y);
  return sum;
}

/// What a part takes in memory.
std::size_t memory_of(const change_batch& x) {
  return sizeof(x) + x.host.size() + x.facts.engine_id.size() + x.facts.engine_version.size()
         + memory_of(x.volumes) + memory_of(x.containers);
}

template <class Resource>
std::size_t count(const observed<Resource>& x) {
  return x.present.size() + x.gone.size() + x.also_present.size() + x.spared.unverified.size();
}

// A key beyond this is in no database.
constexpr std::size_t key_most = 4096;

/// Keys that no row can have say nothing.
template <class Resource>
void drop_long_keys(observed<Resource>& of) {
  for (auto* keys : {&of.gone, &of.also_present, &of.spared.unverified})
    std::erase_if(*keys, [](const std::string& x) { return x.size() > key_most; });
}

const std::string& key_of(const volume& x) {
  return x.name;
}
const std::string& key_of(const container& x) {
  return x.id;
}

template <class Resource>
void set_aside(observed<Resource>& of, row_kind kind, std::size_t most,
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

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

template <class Resource>
void append(observed<Resource>& to, observed<Resource>&& from) {
  append(to.present, std::move(from.present));
  append(to.gone, std::move(from.gone));
  append(to.also_present, std::move(from.also_present));
  append(to.spared.drivers, std::move(from.spared.drivers));
  append(to.spared.known, std::move(from.spared.known));
  append(to.spared.unverified, std::move(from.spared.unverified));
  to.spared.all |= from.spared.all;
  to.spared.others |= from.spared.others;
  to.spared.mounted |= from.spared.mounted;
  to.spared.all_unverified |= from.spared.all_unverified;
  to.complete = from.complete;
  to.confirmed = from.confirmed;
}

} // namespace

batch_topics topics_of(const change_batch& batch) {
  const auto any = [](const auto& x) {
    return x.complete || !x.present.empty() || !x.gone.empty();
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
  set_aside(whole.volumes, row_kind::volume, most, rejected);
  set_aside(whole.containers, row_kind::container, most, rejected);
  return rejected;
}

std::vector<change_batch> cut(change_batch&& whole, std::size_t most) {
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

assembly::assembly(const limits& x, std::shared_ptr<byte_budget> hub)
    : limits_(x), budget_(std::make_shared<byte_budget>(x.most_bytes, std::move(hub))) {
}

result<std::optional<whole_batch>> assembly::add(link_chunk&& chunk, time_point now) {
  if (completed_.contains(chunk.seq))
    return fail(ec::bad_request,
                "a piece of batch " + std::to_string(chunk.seq) + " came after the last");
  auto known = partials_.find(chunk.seq);
  const auto expected = known == partials_.end() ? 0 : known->second.next;
  if (chunk.index != expected) {
    forget(known);
    return fail(ec::bad_request, "piece " + std::to_string(chunk.index) + " of batch "
                                     + std::to_string(chunk.seq) + " came where piece "
                                     + std::to_string(expected) + " was to come");
  }
  static const change_batch nothing;
  const auto bytes = memory_of(chunk.part);
  auto why = objection(known == partials_.end() ? nothing : known->second.whole.batch, chunk.part);
  const auto held = known == partials_.end() ? 0 : known->second.whole.held.bytes();
  if (why.empty() && (bytes > limits_.most_bytes || held > limits_.most_bytes - bytes))
    why = "it exceeds what one host may have under way (" + std::to_string(limits_.most_bytes)
          + " bytes)";
  if (!why.empty()) {
    forget(known);
    return fail(ec::bad_request, "batch " + std::to_string(chunk.seq) + " was refused: " + why);
  }
  held_bytes more{budget_};
  if (known == partials_.end() ? !more.add(bytes) : !known->second.whole.held.add(bytes))
    return fail(ec::queue_full, "the hub has no memory left for batch " + std::to_string(chunk.seq)
                                    + "; send it again");
  if (known == partials_.end())
    known = partials_
                .emplace(chunk.seq, partial{.whole = {.batch = {}, .held = std::move(more)},
                                            .next = 0,
                                            .began = now,
                                            .touched = now})
                .first;
  auto& x = known->second;
  drop_long_keys(chunk.part.volumes);
  drop_long_keys(chunk.part.containers);
  append(x.whole.batch.volumes, std::move(chunk.part.volumes));
  append(x.whole.batch.containers, std::move(chunk.part.containers));
  x.whole.batch.facts = std::move(chunk.part.facts);
  ++x.next;
  x.touched = now;
  if (!chunk.last) {
    make_room();
    return std::optional<whole_batch>{};
  }
  std::optional whole{std::move(x.whole)};
  forget(known);
  completed_.insert(chunk.seq);
  if (completed_.size() > remembered)
    completed_.erase(completed_.begin());
  return whole;
}

void assembly::drop_overdue(time_point now) {
  std::erase_if(partials_, [&](const auto& x) {
    return now - x.second.touched >= limits_.silent_max || now - x.second.began >= limits_.age_max;
  });
}

std::string assembly::objection(const change_batch& batch, const change_batch& part) const {
  if (auto why = objection(batch.volumes, part.volumes); !why.empty())
    return why;
  if (auto why = objection(batch.containers, part.containers); !why.empty())
    return why;
  for (const auto& x : part.containers.present)
    if (x.mounts.size() > limits_.most_mounts)
      return "a container may have " + std::to_string(limits_.most_mounts) + " mounts, and one has "
             + std::to_string(x.mounts.size());
  return {};
}

template <class Resource>
std::string assembly::objection(const observed<Resource>& all,
                                const observed<Resource>& more) const {
  if (count(all) + count(more) > limits_.most_resources)
    return "a host may have " + std::to_string(limits_.most_resources)
           + " resources of a kind at a hub, and this one has more";
  for (const auto& x : more.present)
    if (const auto bytes = weight(x); bytes > limits_.most_resource_bytes)
      return "a resource may weigh " + std::to_string(limits_.most_resource_bytes)
             + " bytes, and one weighs " + std::to_string(bytes);
  for (const auto names : {&spared_rows::drivers, &spared_rows::known}) {
    if ((all.spared.*names).size() + (more.spared.*names).size() > limits_.most_drivers)
      return "a list may name " + std::to_string(limits_.most_drivers)
             + " drivers, and this one names more";
    for (const auto& x : more.spared.*names)
      if (x.size() > key_most)
        return "the name of a driver may have " + std::to_string(key_most) + " bytes, and one has "
               + std::to_string(x.size());
  }
  return {};
}

void assembly::forget(partials::iterator which) {
  if (which != partials_.end())
    partials_.erase(which);
}

void assembly::make_room() {
  while (partials_.size() > limits_.most_batches)
    forget(partials_.begin());
}

} // namespace volumeviz::sync
