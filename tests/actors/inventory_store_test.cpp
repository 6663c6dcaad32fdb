// How batches become transactions, and what the others hear of the database.

#include "actors/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/scripted_docker.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

namespace {

struct storing : support::deterministic_system {
  storing() {
    const auto ear = spawn<listener>(health);
    const auto other = spawn<listener>(std::make_shared<heard>());
    actor = spawn<shell<inventory_store>>(
        make_slot("inventory_store"),
        store_parts{.store = store,
                    .host = "h0",
                    .metrics = caf::actor_cast<metrics_aggregator_actor>(other),
                    .health = caf::actor_cast<health_reporter_actor>(ear),
                    .log = log.log()});
    run();
  }
  /// So many batches in one go; a stop behind them, if wanted.
  void write(std::size_t n, bool stop = false) {
    answers.assign(n, {});
    spawn_function([this, n, stop](caf::event_based_actor* self) {
      for (std::size_t i = 0; i < n; ++i) {
        change_batch batch;
        batch.host = "h" + std::to_string(i);
        batch.volumes.present.push_back(support::some_volume("v" + std::to_string(i)));
        self->request(actor, caf::infinite, batch).then([this, i](const write_answer& x) {
          answers[i] = x;
        });
      }
      if (stop)
        self->request(actor, caf::infinite, atom::stop_v).then([this](bool) {
          written_at_stop = store->transactions().size();
        });
    });
    run();
  }

  std::shared_ptr<support::memory_store> store = std::make_shared<support::memory_store>();
  std::shared_ptr<heard> health = std::make_shared<heard>();
  kept_log log;
  inventory_store_actor actor;
  std::vector<std::optional<write_answer>> answers;
  std::optional<std::size_t> written_at_stop;
};

} // namespace

TEST_CASE_FIXTURE(storing, "the store says every two seconds whether it answers") {
  REQUIRE(health->stores.size() == 1);
  CHECK(health->stores[0].up);
  store->fail({ec::store_unreachable, "gone"});
  advance(2s);
  REQUIRE(health->stores.size() == 2);
  CHECK_FALSE(health->stores[1].up);
  CHECK(health->stores[1].why.text == "gone");
  store->recover();
  advance(20s);
  CHECK(health->stores.size() == 12);
  CHECK(health->stores.back().up);
  CHECK(log.count("warning the database failed: gone") == 1);
}

TEST_CASE_FIXTURE(storing, "a database that answers but could not be written to is not up") {
  store->fail({ec::store_unreachable, "disk full"});
  write(1);
  store->recover(); // for the ping, which asks for no disk
  advance(4s);
  CHECK_FALSE(health->stores.back().up);
  CHECK(health->stores.back().why.text == "disk full");
  write(1);
  CHECK(health->stores.back().up);
  advance(4s);
  CHECK(health->stores.back().up);
}

TEST_CASE_FIXTURE(storing, "a failed write of which nothing is left does not count for ever") {
  store->fail({ec::store_unreachable, "gone"});
  write(1);
  store->recover();
  advance(40s);
  CHECK(health->stores.back().up);
}

TEST_CASE_FIXTURE(storing, "a database that was written to lately is not asked") {
  const auto before = store->pings();
  advance(1500ms);
  write(1);
  advance(1s);
  CHECK(store->pings() == before);
  advance(2s);
  CHECK(store->pings() == before + 1);
}

TEST_CASE_FIXTURE(storing, "batches that wait at the same time share a transaction") {
  write(3);
  CHECK(store->transactions() == std::vector<std::size_t>{3});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    REQUIRE(answers[i]);
    REQUIRE(answers[i]->ok);
    REQUIRE(answers[i]->summary.changes.size() == 1);
    CHECK(answers[i]->summary.changes[0].key == "v" + std::to_string(i));
  }
}

TEST_CASE_FIXTURE(storing, "a transaction that failed is told to everybody in it") {
  const failure why{ec::store_unreachable, "gone"};
  store->fail(why);
  write(3);
  for (const auto& x : answers) {
    REQUIRE(x);
    CHECK_FALSE(x->ok);
    CHECK(x->why == why);
  }
}

TEST_CASE_FIXTURE(storing, "whoever waits for a store that dies hears so at once") {
  store->throw_next("a defect");
  write(3);
  for (const auto& x : answers) {
    REQUIRE(x);
    CHECK_FALSE(x->ok);
    CHECK(x->why.code == ec::internal);
  }
}

TEST_CASE_FIXTURE(storing, "a stop is answered when all before it is written") {
  write(2, true);
  CHECK(written_at_stop == 1);
  CHECK(store->transactions() == std::vector<std::size_t>{2});
}

TEST_CASE_FIXTURE(storing,
                  "a batch of a host that another node writes is told so, others are not") {
  store->lock_out("h1");
  write(3);
  REQUIRE(answers[1]);
  CHECK_FALSE(answers[1]->ok);
  CHECK(answers[1]->summary.locked_out);
  CHECK(answers[1]->why.code == ec::store_unreachable);
  CHECK(answers[1]->why.text.find("another node writes the rows of host h1 (another process)")
        != std::string::npos);
  CHECK(answers[0]->ok);
  CHECK(answers[2]->ok);
  CHECK(log.count("warning another node writes the rows of host h1") == 1);
  CHECK_FALSE(health->stores.back().standby); // it is not the node's own
  CHECK(health->stores.back().batches == 2);
}

TEST_CASE_FIXTURE(storing, "while another node writes the own host's rows the store stands by") {
  store->lock_out("h0");
  for (int i = 0; i < 3; ++i) {
    write(1);
    advance(5s);
    CHECK(health->stores.back().up); // the database does answer
    CHECK(health->stores.back().standby);
    CHECK(health->stores.back().why.text.find("standing by") != std::string::npos);
  }
  CHECK(log.count("warning another node writes the rows of host h0") == 1);
  CHECK_FALSE(log.has("took over"));
  store->let_in("h0");
  write(1);
  CHECK(answers[0]->ok);
  CHECK(answers[0]->summary.taken_anew);
  CHECK_FALSE(health->stores.back().standby);
  CHECK(log.count("info took over: this node writes the rows of host h0 now") == 1);
  advance(4s);
  CHECK_FALSE(health->stores.back().standby);
}

TEST_CASE_FIXTURE(storing, "a host is given back after what was collected for it") {
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

TEST_CASE_FIXTURE(storing, "a host that can't be given back is a failure of the database") {
  store->fail({ec::store_unreachable, "gone"});
  send(actor, atom::release_v, std::string{"h0"});
  run();
  CHECK_FALSE(health->stores.back().up);
}
