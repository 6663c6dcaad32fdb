// Resources that are packed come out as they went in.

#include "messages/changes.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace volumeviz;

namespace {

key_values some_pairs() {
  return *rc::gen::map(rc::gen::arbitrary<std::map<std::string, std::string>>(), [](const auto& x) {
    return key_values{x.begin(), x.end()};
  });
}

volume any_volume() {
  return {.name = *rc::gen::arbitrary<std::string>(),
          .driver = *rc::gen::element<std::string>("local", "nfs", ""),
          .mountpoint = *rc::gen::arbitrary<std::string>(),
          .labels = some_pairs(),
          .options = some_pairs(),
          .scope = *rc::gen::element<std::string>("local", "global"),
          .created_at = *rc::gen::arbitrary<timestamp>(),
          .recreated = *rc::gen::arbitrary<bool>()};
}

container any_container() {
  container x{.id = *rc::gen::arbitrary<std::string>(),
              .name = *rc::gen::arbitrary<std::string>(),
              .image = *rc::gen::arbitrary<std::string>(),
              .state = "running",
              .status = "Up",
              .labels = some_pairs(),
              .mounts = {},
              .created_at = *rc::gen::arbitrary<timestamp>(),
              .started_at = *rc::gen::arbitrary<timestamp>(),
              .finished_at = *rc::gen::arbitrary<timestamp>(),
              .from_inspect = *rc::gen::arbitrary<bool>(),
              .times_unknown = *rc::gen::arbitrary<bool>(),
              .unchanged_for = *rc::gen::arbitrary<std::int64_t>()};
  for (auto left = *rc::gen::inRange(0, 3); left > 0; --left)
    x.mounts.push_back({.volume = *rc::gen::arbitrary<std::string>(),
                        .path = *rc::gen::arbitrary<std::string>(),
                        .writable = *rc::gen::arbitrary<bool>()});
  return x;
}

template <class Resource, class Any>
std::vector<Resource> some(Any any) {
  std::vector<Resource> all;
  for (auto left = *rc::gen::inRange(0, 20); left > 0; --left)
    all.push_back(any());
  return all;
}

template <class Resource>
void comes_out_as_it_went_in(const std::vector<Resource>& all) {
  const packed_list<Resource> packed{all};
  RC_ASSERT(packed.size() == all.size());
  RC_ASSERT(packed.unpacked() == all);
  std::size_t i = 0;
  packed.each([&](const packed_entry<Resource>& x) {
    RC_ASSERT(x.key() == key_of(all[i]));
    RC_ASSERT(x.shown() == shown_text(all[i]));
    ++i;
  });
  RC_ASSERT(i == all.size());
}

volume named(std::string name, std::size_t size = 0) {
  volume x;
  x.name = std::move(name);
  x.labels = {{"l", std::string(size, 'x')}};
  return x;
}

} // namespace

TEST_CASE("resources that are packed come out as they went in") {
  CHECK(rc::check("volumes", [] { comes_out_as_it_went_in(some<volume>(any_volume)); }));
  CHECK(rc::check("containers", [] { comes_out_as_it_went_in(some<container>(any_container)); }));
}

TEST_CASE("a resource may be larger than a page, and views stay valid while others are added") {
  packed_list<volume> list{named("first")};
  const auto first = list.begin().packed();
  for (const auto size : {1'000'000u, 1u, 300'000u, 5'000u})
    list.push_back(named("v" + std::to_string(size), size));
  for (int i = 0; i < 10'000; ++i)
    list.push_back(named("w" + std::to_string(i)));
  CHECK(first.key() == "first");
  CHECK(list.size() == 10'005);
  CHECK(list[1] == named("v1000000", 1'000'000));
  CHECK(list[10'004] == named("w9999"));
}

TEST_CASE("a copy stays as it is when the other one changes") {
  packed_list<volume> list{named("a"), named("b")};
  const auto before = list;
  list.change_each(
      [](const auto& x, packed_rest<volume>& rest) { rest.recreated = x.key() == "b"; });
  list.push_back(named("c"));
  CHECK(before.unpacked() == std::vector<volume>{named("a"), named("b")});
  REQUIRE(list.size() == 3);
  CHECK_FALSE(list[0].recreated);
  CHECK(list[1].recreated);
  CHECK(list[2].name == "c");
  CHECK_FALSE(list == before);
}

TEST_CASE("each text of a resource is visited") {
  std::vector<std::string> texts;
  const auto add = [&texts](std::string_view text) { texts.emplace_back(text); };
  const packed_list<volume> volumes{{.name = "v",
                                     .driver = "d",
                                     .mountpoint = "m",
                                     .labels = {{"k", "l"}},
                                     .options = {{"o", "p"}},
                                     .scope = "s"}};
  volumes.each([&add](const auto& x) { x.each_text(add); });
  CHECK(texts == std::vector<std::string>{"v", "d", "m", "s", "k", "l", "o", "p"});
  texts.clear();
  const packed_list<container> containers{{.id = "i",
                                           .name = "n",
                                           .image = "g",
                                           .state = "s",
                                           .status = "t",
                                           .labels = {{"k", "l"}},
                                           .mounts = {{"v", "p", true}}}};
  containers.each([&add](const auto& x) { x.each_text(add); });
  CHECK(texts == std::vector<std::string>{"i", "n", "g", "s", "t", "k", "l", "v", "p"});
}

TEST_CASE("a batch that is unpacked has its listed resources among the present ones") {
  change_batch batch;
  batch.volumes.present = {named("a")};
  batch.volumes.listed = {named("b"), named("c")};
  CHECK(count_present(batch.volumes) == 3);
  unpack(batch);
  CHECK(batch.volumes.present == std::vector<volume>{named("a"), named("b"), named("c")});
  CHECK(batch.volumes.listed.empty());
}
