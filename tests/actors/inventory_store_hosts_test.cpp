// How the store of a hub keeps hosts apart when a transaction of several hosts fails.

#include "tests/actors/store_rig.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

namespace {

/// A database that answers, and fails each transaction with a batch of certain hosts.
class spoiled_store final : public persistence::store {
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

/// The store of a hub: no host is its own.
struct hub_store_rig : support::deterministic_system {
  hub_store_rig() {
    const auto ear = spawn<listener>(health);
    const auto other = spawn<listener>(std::make_shared<heard>());
    actor = spawn<shell<inventory_store>>(make_slot("inventory_store"),
                                          store_context(log, other, ear), store_parts{store});
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

  std::shared_ptr<spoiled_store> store = std::make_shared<spoiled_store>();
  std::shared_ptr<heard> health = std::make_shared<heard>();
  kept_log log;
  inventory_store_actor actor;
  int number = 0;
};

} // namespace

TEST_CASE_FIXTURE(hub_store_rig,
                  "a host that makes a transaction fail does not stop the other hosts") {
  for (const auto code : {ec::store_unreachable, ec::store_rejected, ec::internal}) {
    store->why.code = code;
    store->spoilers = {"evil"};
    CHECK(write({"a", "evil", "b"}) == outcome{{"a", true}, {"b", true}, {"evil", false}});
    CHECK(store->inner.rows("b").volumes.contains("v" + std::to_string(number)));
    CHECK(health->stores.back().up);
    advance(10min);
  }
}

TEST_CASE_FIXTURE(hub_store_rig,
                  "a host whose part failed is written alone and last, for some minutes") {
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

TEST_CASE_FIXTURE(hub_store_rig, "a host that fails again and again does not delay the others") {
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

TEST_CASE_FIXTURE(hub_store_rig, "a database that refuses every host is not tried once for each") {
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

TEST_CASE_FIXTURE(hub_store_rig, "when the database is away, no host's part is tried by itself") {
  store->inner.fail({ec::store_unreachable, "gone"});
  CHECK(write({"a", "b"}) == outcome{{"a", false}, {"b", false}});
  CHECK(store->tries.size() == 1);
  CHECK_FALSE(health->stores.back().up);
}

TEST_CASE_FIXTURE(
    support::deterministic_system,
    "a batch that takes several transactions is answered once, and others are written in between") {
  const auto store = std::make_shared<slow_store>();
  const auto other = spawn<listener>(std::make_shared<heard>());
  kept_log log;
  const inventory_store_actor actor = spawn<shell<inventory_store>>(
      make_slot("inventory_store"), store_context(log, other, other), store_parts{store});
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
  SUBCASE("each is answered when it is finished, with everything that was done") {
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
  SUBCASE("one that makes no progress fails") {
    store->transactions_left = {{"big", 3}};
    store->stuck = true;
    write({{"big", "1"}});
    REQUIRE(answers.size() == 1);
    CHECK_FALSE(answers[0].second.ok);
    CHECK(answers[0].second.why.code == ec::internal);
  }
}
