// The batches of an agent on their way to the hub, without network and clock.

#include "runtime/invariant.hpp"
#include "sync/outgoing_batches.hpp"
#include "tests/support/scripted_docker.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace volumeviz;
using namespace std::chrono_literals;

using sync::outgoing_batches;
using step = outgoing_batches::step;
using numbers = std::vector<std::uint64_t>;

namespace {

constexpr outgoing_batches::time_point start{};
constexpr std::size_t one_volume_a_chunk = 1;

change_batch volumes(const std::vector<std::string>& names) {
  change_batch batch;
  for (const auto& name : names)
    batch.volumes.present.push_back(support::some_volume(name));
  return batch;
}

change_batch containers_removed() {
  change_batch batch;
  batch.containers.gone = {"c"};
  return batch;
}

outgoing_batches with_small_chunks() {
  return outgoing_batches{{.chunk_bytes = one_volume_a_chunk}, 1};
}

write_answer written() {
  return {.ok = true, .why = {}, .summary = {}};
}

write_answer failed(ec code) {
  return {.ok = false, .why = {code, "why"}, .summary = {}};
}

} // namespace

TEST_CASE("the chunks of a batch are sent one by one, each after the answer to the one before") {
  auto batches = with_small_chunks();
  CHECK(batches.add(1, volumes({"a", "b", "c"}), start).empty());
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto chunk = batches.chunk_to_send(1, start);
    REQUIRE(chunk);
    CHECK(chunk->seq == 1);
    CHECK(chunk->index == i);
    CHECK(chunk->last == (i == 2));
    CHECK(chunk->part.volumes.present.size() == 1);
    const auto next = batches.answered(1, written(), start + 1s);
    CHECK(next.what == (i == 2 ? step::complete : step::send));
    CHECK(next.round_trip == std::chrono::duration<double>{1});
  }
  CHECK_FALSE(batches.chunk_to_send(1, start));
}

TEST_CASE("a chunk that the hub can't write ends its batch with the hub's answer") {
  auto batches = with_small_chunks();
  batches.add(1, volumes({"a", "b"}), start);
  const auto next = batches.answered(1, failed(ec::store_unreachable), start);
  CHECK(next.what == step::complete);
  CHECK_FALSE(next.answer.ok);
  CHECK(next.answer.why.code == ec::store_unreachable);
  CHECK_FALSE(batches.chunk_to_send(1, start));
}

TEST_CASE("a newer batch about the same rows supersedes the older one, whichever chunk it is at") {
  auto batches = with_small_chunks();
  batches.add(1, volumes({"a", "b"}), start);
  batches.add(2, containers_removed(), start);
  batches.answered(1, written(), start);
  CHECK(batches.add(3, volumes({"a"}), start) == numbers{1});
  CHECK_FALSE(batches.chunk_to_send(1, start));
  CHECK(batches.chunk_to_send(2, start));
  CHECK(batches.answered(1, written(), start).what == step::nothing);
}

TEST_CASE("a full hub gets the same chunk again after growing waits, for ten seconds") {
  auto batches = with_small_chunks();
  batches.add(1, volumes({"a", "b"}), start);
  auto now = start;
  auto longest = 0ms;
  for (auto next = batches.answered(1, failed(ec::queue_full), now); next.what == step::send_later;
       next = batches.answered(1, failed(ec::queue_full), now)) {
    CHECK_FALSE(next.round_trip);
    CHECK(next.wait <= 1s);
    longest = std::max(longest, next.wait);
    now += next.wait;
    REQUIRE(batches.chunk_to_send(1, now));
    CHECK(batches.chunk_to_send(1, now)->index == 0);
  }
  CHECK(longest > 500ms);
  CHECK(now - start > 10s);
  CHECK(now - start <= 11s);
  CHECK_FALSE(batches.chunk_to_send(1, now));
}

TEST_CASE("resources too large for the link are in the answer of a batch that was written") {
  outgoing_batches batches{{.resource_bytes = 1000}, 1};
  auto batch = volumes({"light", "heavy"});
  batch.volumes.present[1].labels["l"] = std::string(2000, 'x');
  batches.add(1, std::move(batch), start);
  CHECK(batches.chunk_to_send(1, start)->part.volumes.present.size() == 1);
  const auto next = batches.answered(1, written(), start);
  REQUIRE(next.answer.summary.rejected.size() == 1);
  CHECK(next.answer.summary.rejected[0].key == "heavy");
}

TEST_CASE("a sequence number that is not higher than all before violates an invariant") {
  auto batches = with_small_chunks();
  batches.add(2, volumes({"a"}), start);
  CHECK(batches.end(2));
  CHECK_FALSE(batches.end(2));
  CHECK_THROWS_AS(batches.add(2, volumes({"a"}), start), invariant_violation);
  CHECK_THROWS_AS(batches.add(1, volumes({"a"}), start), invariant_violation);
}
