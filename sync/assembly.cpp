#include "sync/assembly.hpp"

#include "runtime/invariant.hpp"
#include "sync/append.hpp"
#include "sync/chunks.hpp"
#include "sync/told.hpp"

#include <utility>
#include <vector>

namespace volumeviz::sync {

namespace {

// Far more batches than can be in flight.
constexpr std::size_t remembered = 64;

// The memory of a map node besides its value.
constexpr std::size_t map_node = 48;

std::size_t memory_of(const std::string& x) {
  // The object itself, besides what it has on the heap. NOLINTNEXTLINE(bugprone-sizeof-container)
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
  for (const auto& y : x.told)
    sum += memory_of(y.key) + sizeof(y.at);
  return sum;
}

/// The memory of a chunk.
std::size_t memory_of(const change_batch& x) {
  return sizeof(x) + x.host.size() + x.facts.engine_id.size() + x.facts.engine_version.size()
         + memory_of(x.volumes) + memory_of(x.containers);
}

template <class Resource>
std::size_t count(const observed<Resource>& x) {
  return x.present.size() + x.gone.size() + x.also_present.size() + x.spared.unverified.size();
}

/// Removes keys that no row can have.
template <class Resource>
void drop_long_keys(observed<Resource>& of) {
  for (auto* keys : {&of.gone, &of.also_present, &of.spared.unverified})
    std::erase_if(*keys, [](const std::string& x) { return x.size() > key_most; });
  std::erase_if(of.told, [](const told_change& x) { return x.key.size() > key_most; });
}

template <class Resource>
void take_in(observed<Resource>& to, observed<Resource>&& from) {
  append(to.present, std::move(from.present));
  append(to.gone, std::move(from.gone));
  append(to.also_present, std::move(from.also_present));
  append(to.told, std::move(from.told));
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

void take_in(change_batch& to, change_batch&& from) {
  drop_long_keys(from.volumes);
  drop_long_keys(from.containers);
  take_in(to.volumes, std::move(from.volumes));
  take_in(to.containers, std::move(from.containers));
  to.facts = std::move(from.facts);
  to.observed_at = from.observed_at;
}

/// Why a kind of a batch may not grow by `more`; empty: it may.
template <class Resource>
std::string beyond(const assembly::limits& limits, const observed<Resource>& all,
                   const observed<Resource>& more) {
  if (count(all) + count(more) > limits.most_resources)
    return "it has more than " + std::to_string(limits.most_resources)
           + " resources of a kind, the limit for one host";
  // Of a complete list it may be more than the keys that the list names.
  if (all.told.size() + more.told.size() > limits.most_resources)
    return "events told of more than " + std::to_string(limits.most_resources)
           + " resources of a kind, the limit for one host";
  for (const auto& x : more.present)
    if (const auto bytes = weight(x); bytes > limits.most_resource_bytes)
      return "a resource weighs " + std::to_string(bytes) + " bytes, more than the limit of "
             + std::to_string(limits.most_resource_bytes);
  for (const auto names : {&spared_rows::drivers, &spared_rows::known}) {
    if ((all.spared.*names).size() + (more.spared.*names).size() > limits.most_drivers)
      return "its list names more than " + std::to_string(limits.most_drivers) + " drivers";
    for (const auto& x : more.spared.*names)
      if (x.size() > key_most)
        return "the name of a driver has " + std::to_string(x.size())
               + " bytes, more than the limit of " + std::to_string(key_most);
  }
  return {};
}

} // namespace

assembly::assembly(const limits& x, std::shared_ptr<byte_budget> hub)
    : limits_(x), budget_(std::make_shared<byte_budget>(x.most_bytes, std::move(hub))) {
}

result<std::optional<whole_batch>> assembly::add(link_chunk&& chunk, time_point now) {
  const auto batch = "batch " + std::to_string(chunk.seq);
  if (completed_.contains(chunk.seq))
    return fail(ec::bad_request, "refused a chunk of " + batch + ", which is already complete");
  auto known = partials_.find(chunk.seq);
  const auto expected = known == partials_.end() ? 0 : known->second.next;
  if (chunk.index != expected) {
    forget(known);
    return fail(ec::bad_request, "refused chunk " + std::to_string(chunk.index) + " of " + batch
                                     + ": expected chunk " + std::to_string(expected));
  }
  const auto bytes = memory_of(chunk.part);
  if (const auto why =
          objection(known == partials_.end() ? nullptr : &known->second, chunk.part, bytes);
      !why.empty()) {
    forget(known);
    return fail(ec::bad_request, "refused " + batch + ": " + why);
  }
  held_bytes more{budget_};
  if (known == partials_.end() ? !more.add(bytes) : !known->second.whole.held.add(bytes))
    return fail(ec::queue_full, "the hub has no memory left for " + batch + "; send it again");
  if (known == partials_.end())
    known = partials_
                .emplace(chunk.seq, partial{.whole = {.batch = {}, .held = std::move(more)},
                                            .next = 0,
                                            .began = now,
                                            .touched = now})
                .first;
  auto& x = known->second;
  invariant(x.next == chunk.index, "chunks of a batch are joined in order");
  take_in(x.whole.batch, std::move(chunk.part));
  ++x.next;
  x.touched = now;
  if (!chunk.last) {
    while (partials_.size() > limits_.most_batches)
      forget(partials_.begin());
    return std::optional<whole_batch>{};
  }
  std::optional whole{std::move(x.whole)};
  sort_told(whole->batch.volumes.told);
  sort_told(whole->batch.containers.told);
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

std::string assembly::objection(const partial* known, const change_batch& part,
                                std::size_t bytes) const {
  static const change_batch nothing;
  const auto& batch = known == nullptr ? nothing : known->whole.batch;
  if (auto why = beyond(limits_, batch.volumes, part.volumes); !why.empty())
    return why;
  if (auto why = beyond(limits_, batch.containers, part.containers); !why.empty())
    return why;
  for (const auto& x : part.containers.present)
    if (x.mounts.size() > limits_.most_mounts)
      return "a container has " + std::to_string(x.mounts.size())
             + " mounts, more than the limit of " + std::to_string(limits_.most_mounts);
  const auto held = known == nullptr ? 0 : known->whole.held.bytes();
  if (bytes > limits_.most_bytes || held > limits_.most_bytes - bytes)
    return "it exceeds the limit of " + std::to_string(limits_.most_bytes)
           + " bytes that one host may send at a time";
  return {};
}

void assembly::forget(partials::iterator which) {
  if (which != partials_.end())
    partials_.erase(which);
}

} // namespace volumeviz::sync
