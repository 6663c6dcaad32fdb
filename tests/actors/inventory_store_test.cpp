// How batches become transactions, and what the others hear of the database.

#include "actors/inventory/inventory_store.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/scripted_docker.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <map>
#include <set>

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

/// A database that answers, and fails each transaction with a batch of certain hosts.
class spoilt_store final : public persistence::store {
public:
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override {
    std::set<std::string> hosts;
    for (const auto& x : batches)
      hosts.insert(x.host);
    tries.emplace_back(hosts.begin(), hosts.end());
    for (const auto& x : hosts)
      if (spoilers.contains(x))
        return tl::unexpected{why};
    return inner.apply(batches);
  }
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    return inner.preview(batches);
  }
  result<void> ping() override { return inner.ping(); }

  std::set<std::string> spoilers;
  failure why{ec::store_unreachable, "the server took too long"};
  std::vector<std::vector<std::string>> tries; ///< the hosts in each
  support::memory_store inner;
};

/// A database that takes several transactions for what some hosts send.
class slow_store final : public persistence::store {
public:
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override {
    std::vector<write_summary> done(batches.size());
    std::set<std::string> unfinished;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const auto& host = batches[i].host;
      log.push_back(host + " " + batches[i].facts.engine_id);
      if (transactions_left[host] > 0 && unfinished.insert(host).second && !stuck)
        done[i].changes.push_back({row_kind::volume, operation::remove, "v", {}});
      done[i].unfinished = unfinished.contains(host);
    }
    for (const auto& host : unfinished)
      --transactions_left[host];
    return done;
  }
  result<std::vector<write_summary>> preview(const std::vector<change_batch>&) override {
    return std::vector<write_summary>{};
  }
  result<void> ping() override { return {}; }

  std::map<std::string, int> transactions_left;
  bool stuck = false;
  std::vector<std::string> log; ///< host and engine id of each batch that came
};

/// A hub's: no host is its own.
struct storing_for_many : support::deterministic_system {
  storing_for_many() {
    const auto ear = spawn<listener>(health);
    const auto other = spawn<listener>(std::make_shared<heard>());
    actor = spawn<shell<inventory_store>>(
        make_slot("inventory_store"),
        store_parts{.store = store,
                    .metrics = caf::actor_cast<metrics_aggregator_actor>(other),
                    .health = caf::actor_cast<health_reporter_actor>(ear),
                    .log = log.log()});
    run();
  }
  /// One batch of each host, all in one go. Whether each was written.
  std::map<std::string, bool> write(const std::vector<std::string>& hosts) {
    std::map<std::string, bool> written;
    spawn_function([&](caf::event_based_actor* self) {
      for (const auto& host : hosts) {
        change_batch batch;
        batch.host = host;
        batch.volumes.present.push_back(support::some_volume("v" + std::to_string(++number)));
        self->request(actor, caf::infinite, batch).then([&written, host](const write_answer& x) {
          written[host] = x.ok;
        });
      }
    });
    run();
    return written;
  }
  using outcome = std::map<std::string, bool>;
  using tries = std::vector<std::vector<std::string>>;

  std::shared_ptr<spoilt_store> store = std::make_shared<spoilt_store>();
  std::shared_ptr<heard> health = std::make_shared<heard>();
  kept_log log;
  inventory_store_actor actor;
  int number = 0;
};

} // namespace

TEST_CASE_FIXTURE(storing_for_many, "a host that spoils a transaction spoils it for itself only") {
  for (const auto code : {ec::store_unreachable, ec::store_rejected, ec::internal}) {
    store->why.code = code;
    store->spoilers = {"evil"};
    CHECK(write({"a", "evil", "b"}) == outcome{{"a", true}, {"b", true}, {"evil", false}});
    CHECK(store->inner.rows("b").volumes.contains("v" + std::to_string(number)));
    CHECK(health->stores.back().up);
    advance(10min);
  }
}

TEST_CASE_FIXTURE(storing_for_many, "a host whose part failed is written alone and last, for some "
                                    "minutes") {
  store->spoilers = {"evil"};
  write({"a", "evil", "b"});
  store->spoilers.clear();
  store->tries.clear();
  advance(1min);
  CHECK(write({"evil", "a", "b"}) == outcome{{"a", true}, {"b", true}, {"evil", true}});
  CHECK(store->tries == tries{{"a", "b"}, {"evil"}});
  store->tries.clear();
  advance(6min);
  write({"evil", "a", "b"});
  CHECK(store->tries == tries{{"a", "b", "evil"}});
  CHECK(log.count("warning batches of host evil could not be written") == 1);
}

TEST_CASE_FIXTURE(storing_for_many, "a host that fails again and again costs the others nothing") {
  store->spoilers = {"evil"};
  write({"a", "evil"});
  store->tries.clear();
  for (int i = 0; i < 10; ++i) {
    advance(5s);
    CHECK(write({"evil", "a", "b"}) == outcome{{"a", true}, {"b", true}, {"evil", false}});
  }
  for (const auto& hosts : store->tries)
    CHECK((hosts.size() == 2 || hosts == std::vector<std::string>{"evil"}));
  CHECK(log.count("warning batches of host evil could not be written") == 1);
}

TEST_CASE_FIXTURE(storing_for_many,
                  "a database that takes nothing is not asked once for each host") {
  const std::vector<std::string> hosts{"a", "b", "c", "d", "e", "f", "g", "h"};
  store->spoilers = {hosts.begin(), hosts.end()};
  for (const auto& [host, written] : write(hosts))
    CHECK_FALSE(written);
  CHECK(store->tries.size() == 4);
  CHECK_FALSE(health->stores.back().up);
  store->spoilers.clear();
  advance(1min);
  for (const auto& [host, written] : write(hosts))
    CHECK(written);
  CHECK(health->stores.back().up);
}

TEST_CASE_FIXTURE(storing_for_many, "when the database is away nobody's part is tried by itself") {
  store->inner.fail({ec::store_unreachable, "gone"});
  CHECK(write({"a", "b"}) == outcome{{"a", false}, {"b", false}});
  CHECK(store->tries.size() == 1);
  CHECK_FALSE(health->stores.back().up);
}

TEST_CASE_FIXTURE(support::deterministic_system, "a batch that takes several transactions is "
                                                 "answered once, and others come in between") {
  const auto store = std::make_shared<slow_store>();
  const auto other = spawn<listener>(std::make_shared<heard>());
  kept_log log;
  const inventory_store_actor actor = spawn<shell<inventory_store>>(
      make_slot("inventory_store"),
      store_parts{.store = store,
                  .metrics = caf::actor_cast<metrics_aggregator_actor>(other),
                  .health = caf::actor_cast<health_reporter_actor>(other),
                  .log = log.log()});
  run();
  std::vector<std::pair<std::string, write_answer>> answers;
  const auto write = [&](const std::vector<std::pair<std::string, std::string>>& what) {
    answers.clear();
    spawn_function([&](caf::event_based_actor* self) {
      for (const auto& [host, id] : what) {
        change_batch batch;
        batch.host = host;
        batch.facts.engine_id = id;
        const auto name = host + " " + id;
        self->request(actor, caf::infinite, batch).then([&answers, name](const write_answer& x) {
          answers.emplace_back(name, x);
        });
      }
    });
    run();
  };
  SUBCASE("each is answered when it is finished, with all that was done") {
    store->transactions_left = {{"big", 3}};
    write({{"big", "1"}, {"small", "1"}});
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].first == "small 1");
    CHECK(answers[1].first == "big 1");
    CHECK(answers[1].second.ok);
    CHECK(answers[1].second.summary.changes.size() == 3);
    CHECK_FALSE(answers[1].second.summary.unfinished);
    CHECK(store->log == std::vector<std::string>{"big 1", "small 1", "big 1", "big 1", "big 1"});
  }
  SUBCASE("a host's batches keep their order") {
    store->transactions_left = {{"big", 3}};
    write({{"big", "1"}, {"big", "2"}});
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].first == "big 1");
    CHECK(store->log.size() == 8);
    for (std::size_t i = 0; i < store->log.size(); ++i)
      CHECK(store->log[i] == (i % 2 ? "big 2" : "big 1"));
  }
  SUBCASE("one that never comes to an end has failed") {
    store->transactions_left = {{"big", 3}};
    store->stuck = true;
    write({{"big", "1"}});
    REQUIRE(answers.size() == 1);
    CHECK_FALSE(answers[0].second.ok);
    CHECK(answers[0].second.why.code == ec::internal);
  }
}

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

TEST_CASE_FIXTURE(storing, "what is too much for one transaction is written in several") {
  write(600);
  CHECK(store->transactions() == std::vector<std::size_t>{256, 256, 88});
  for (const auto& x : answers)
    CHECK((x && x->ok));
}

TEST_CASE_FIXTURE(storing, "a stop waits for all transactions of what came before") {
  write(600, true);
  CHECK(written_at_stop == 3);
}

TEST_CASE_FIXTURE(storing, "when a transaction fails all that waits behind it has failed, too") {
  store->fail({ec::store_unreachable, "gone"});
  write(600);
  for (const auto& x : answers)
    CHECK((x && !x->ok));
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
