#include "sync/event_account.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

event_tally events(std::uint64_t count) {
  return {.meaning = nullptr, .count = count, .oldest = never};
}

} // namespace

TEST_CASE("marked events are incomplete until they are processed or failed") {
  event_account account;
  for (auto i = 0; i < 5; ++i)
    account.add_marked();
  CHECK(account.incomplete() == 5);
  account.add_completed({.processed = {events(2)}, .failed = {events(1)}});
  CHECK(account.incomplete() == 2);
}

TEST_CASE("an event can't be completed twice") {
  event_account account;
  account.add_marked();
  account.add_completed({.processed = {events(1)}, .failed = {}});
  CHECK_THROWS_AS(account.add_completed({.processed = {}, .failed = {events(1)}}),
                  invariant_violation);
}
