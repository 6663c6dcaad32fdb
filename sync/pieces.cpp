#include "sync/pieces.hpp"

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
  void add_gone(std::vector<std::string>&& all, observed<Resource> change_batch::*kind) {
    for (auto& x : all) {
      make_room(x.size() + field);
      (parts_.back().*kind).gone.push_back(std::move(x));
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

std::size_t weight_of(const change_batch& x) {
  std::size_t sum = field;
  for (const auto& y : x.volumes.present)
    sum += weight(y);
  for (const auto& y : x.containers.present)
    sum += weight(y);
  for (const auto* gone : {&x.volumes.gone, &x.containers.gone})
    for (const auto& y : *gone)
      sum += y.size() + field;
  return sum;
}

template <class T>
void append(std::vector<T>& to, std::vector<T>&& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

template <class Resource>
void append(observed<Resource>& to, observed<Resource>&& from) {
  append(to.present, std::move(from.present));
  append(to.gone, std::move(from.gone));
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

std::vector<change_batch> cut(change_batch&& whole, std::size_t most) {
  cutter into{most};
  into.add(std::move(whole.volumes.present), &change_batch::volumes);
  into.add(std::move(whole.containers.present), &change_batch::containers);
  into.add_gone(std::move(whole.volumes.gone), &change_batch::volumes);
  into.add_gone(std::move(whole.containers.gone), &change_batch::containers);
  auto parts = into.take();
  for (auto& part : parts)
    part.host = whole.host;
  auto& last = parts.back();
  last.volumes.complete = whole.volumes.complete;
  last.volumes.confirmed = whole.volumes.confirmed;
  last.containers.complete = whole.containers.complete;
  last.containers.confirmed = whole.containers.confirmed;
  last.facts = std::move(whole.facts);
  return parts;
}

result<std::optional<change_batch>> assembly::add(link_piece&& piece) {
  if (completed_.contains(piece.seq))
    return fail(ec::bad_request,
                "a piece of batch " + std::to_string(piece.seq) + " came after the last");
  auto known = partials_.find(piece.seq);
  const auto expected = known == partials_.end() ? 0 : known->second.next;
  if (piece.index != expected) {
    forget(known);
    return fail(ec::bad_request, "piece " + std::to_string(piece.index) + " of batch "
                                     + std::to_string(piece.seq) + " came where piece "
                                     + std::to_string(expected) + " was to come");
  }
  const auto bytes = weight_of(piece.part);
  if (bytes_ + bytes > limits_.most_bytes) {
    forget(known);
    return fail(ec::bad_request, "the pieces of batch " + std::to_string(piece.seq)
                                     + " exceed what one host may have under way ("
                                     + std::to_string(limits_.most_bytes) + " bytes)");
  }
  if (known == partials_.end())
    known = partials_.emplace(piece.seq, partial{}).first;
  auto& [batch, next, held] = known->second;
  append(batch.volumes, std::move(piece.part.volumes));
  append(batch.containers, std::move(piece.part.containers));
  batch.facts = std::move(piece.part.facts);
  ++next;
  held += bytes;
  bytes_ += bytes;
  if (!piece.last) {
    make_room();
    return std::optional<change_batch>{};
  }
  std::optional whole{std::move(batch)};
  forget(known);
  completed_.insert(piece.seq);
  if (completed_.size() > remembered)
    completed_.erase(completed_.begin());
  return whole;
}

void assembly::forget(partials::iterator which) {
  if (which == partials_.end())
    return;
  bytes_ -= which->second.bytes;
  partials_.erase(which);
}

void assembly::make_room() {
  while (partials_.size() > limits_.most_batches)
    forget(partials_.begin());
}

} // namespace volumeviz::sync
