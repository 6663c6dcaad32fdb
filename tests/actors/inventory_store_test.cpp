// How batches become transactions, and when they are answered.

#include "tests/actors/store_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;

TEST_CASE_FIXTURE(store_rig, "batches that wait at the same time share a transaction") {
  write(3);
  CHECK(store->transactions() == std::vector<std::size_t>{3});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    REQUIRE(answers[i]);
    REQUIRE(answers[i]->ok);
    REQUIRE(answers[i]->summary.changes.size() == 1);
    CHECK(answers[i]->summary.changes[0].key == "v" + std::to_string(i));
  }
}

TEST_CASE_FIXTURE(store_rig,
                  "batches that do not fit into one transaction are written in several") {
  write(600);
  CHECK(store->transactions() == std::vector<std::size_t>{256, 256, 88});
  for (const auto& x : answers)
    CHECK((x && x->ok));
}

TEST_CASE_FIXTURE(store_rig,
                  "when a transaction fails, all batches that wait behind it are refused, too") {
  store->fail({ec::store_unreachable, "gone"});
  write(600);
  for (const auto& x : answers)
    CHECK((x && !x->ok));
}

TEST_CASE_FIXTURE(store_rig, "each batch of a failed transaction is answered with the reason") {
  const failure why{ec::store_unreachable, "gone"};
  store->fail(why);
  write(3);
  for (const auto& x : answers) {
    REQUIRE(x);
    CHECK_FALSE(x->ok);
    CHECK(x->why == why);
  }
}

TEST_CASE_FIXTURE(store_rig, "the senders of batches learn at once that the store died") {
  store->throw_next("a defect");
  write(3);
  for (const auto& x : answers) {
    REQUIRE(x);
    CHECK_FALSE(x->ok);
    CHECK(x->why.code == ec::internal);
  }
}

TEST_CASE_FIXTURE(store_rig, "a stop is answered when all batches before it are written") {
  write(2, true);
  CHECK(written_at_stop == 1);
  CHECK(store->transactions() == std::vector<std::size_t>{2});
}

TEST_CASE_FIXTURE(store_rig, "a stop waits for all transactions of the batches before it") {
  write(600, true);
  CHECK(written_at_stop == 3);
}

TEST_CASE_FIXTURE(store_rig, "a host's lock is released after the batches that came for it") {
  std::optional<std::size_t> released_before_write;
  store->during_next([&] { released_before_write = store->released().size(); });
  spawn_function([this](caf::event_based_actor* self) {
    change_batch batch;
    batch.host = "h0";
    self->request(actor, caf::infinite, batch).then([](const write_answer&) {});
    self->send(actor, atom::release_v, std::string{"h0"});
  });
  run();
  CHECK(released_before_write == 0);
  CHECK(store->released() == std::vector<std::string>{"h0"});
}
