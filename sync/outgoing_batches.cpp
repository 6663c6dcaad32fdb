#include "sync/outgoing_batches.hpp"

#include "runtime/invariant.hpp"

#include <utility>

namespace volumeviz::sync {

std::vector<std::uint64_t> outgoing_batches::add(std::uint64_t seq, change_batch&& whole,
                                                 time_point now) {
  invariant(seq > newest_, "the sequence numbers of an agent's batches grow");
  newest_ = seq;
  const auto topics = topics_of(whole);
  std::vector<std::uint64_t> superseded;
  for (const auto& [older, x] : batches_)
    if (x.topics.shares(topics))
      superseded.push_back(older);
  for (const auto older : superseded)
    batches_.erase(older);
  auto rejected = remove_oversized(whole, limits_.resource_bytes);
  batches_.emplace(seq, batch{.topics = topics,
                              .chunks = cut(std::move(whole), limits_.chunk_bytes),
                              .added = now,
                              .sent = now,
                              .waits = {limits_.full_min, limits_.full_max, seed_ + seq},
                              .rejected = std::move(rejected)});
  return superseded;
}

std::optional<link_chunk> outgoing_batches::chunk_to_send(std::uint64_t seq, time_point now) {
  const auto found = batches_.find(seq);
  if (found == batches_.end())
    return {};
  auto& x = found->second;
  invariant(x.next < x.chunks.size(), "a batch in flight has a chunk in flight");
  x.sent = now;
  return link_chunk{.token = {},
                    .seq = seq,
                    .index = x.next,
                    .last = x.next + 1 == x.chunks.size(),
                    .part = x.chunks[x.next]};
}

outgoing_batches::next_step outgoing_batches::answered(std::uint64_t seq, write_answer&& answer,
                                                       time_point now) {
  const auto found = batches_.find(seq);
  if (found == batches_.end())
    return {};
  auto& x = found->second;
  if (!answer.ok && answer.why.code == ec::queue_full) {
    if (now - x.added <= limits_.full_limit)
      return {.what = step::send_later, .wait = x.waits.next()};
    batches_.erase(found);
    return {.what = step::fail_as_full};
  }
  next_step next{.round_trip = now - x.sent};
  if (answer.ok && x.next + 1 < x.chunks.size()) {
    x.chunks[x.next++] = {}; // frees its memory
    next.what = step::send;
    return next;
  }
  if (answer.ok) {
    auto& rejected = answer.summary.rejected;
    rejected.insert(rejected.end(), x.rejected.begin(), x.rejected.end());
  }
  next.what = step::complete;
  next.answer = std::move(answer);
  batches_.erase(found);
  return next;
}

} // namespace volumeviz::sync
