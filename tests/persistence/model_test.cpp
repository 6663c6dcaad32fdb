// Goal: after any batches the tables have what the rules say, and exactly the rows that were
// touched are reported; replaying the changes gives the rows. Method: random batches over few
// names, so that they overlap, are applied to the database and to a model of a hundred lines. After
// each transaction the rows and the reports of both are compared. Every decision comes from a tape
// of numbers that rapidcheck generates and shrinks.

#include "tests/persistence/history_checks.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/testbed.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <map>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

class tape {
public:
  explicit tape(std::vector<std::uint16_t> numbers) : numbers_{std::move(numbers)} {}

  /// A number from 0 to below - 1; always 0 when the tape has ended.
  unsigned pick(unsigned below) { return next_ < numbers_.size() ? numbers_[next_++] % below : 0; }
  bool one_in(unsigned n) { return pick(n) == n - 1; }
  template <class T>
  T any_of(std::initializer_list<T> values) {
    return *(values.begin() + pick(static_cast<unsigned>(values.size())));
  }
  bool ended() const { return next_ >= numbers_.size(); }

private:
  std::vector<std::uint16_t> numbers_;
  std::size_t next_ = 0;
};

timestamp some_time(tape& t) {
  return t.one_in(5) ? never : noon + t.pick(3) * 1'000'000'000LL;
}

volume some_volume(tape& t, const std::string& name) {
  auto v = a_volume(name);
  v.driver = t.one_in(6) ? "nfs" : "local";
  if (t.one_in(6))
    v.labels = {{"b", "1"}, {"a", "2"}};
  v.created_at = some_time(t);
  v.recreated = t.one_in(4);
  return v;
}

container some_container(tape& t, const std::string& id) {
  auto c = a_container(id);
  c.state = t.any_of({"running", "running", "exited"});
  c.status = t.any_of({"Up", "Up", "Exited (0)"});
  c.name = t.one_in(6) ? "renamed" : id;
  c.created_at = some_time(t);
  c.started_at = some_time(t);
  c.finished_at = some_time(t);
  c.from_inspect = t.one_in(2);
  for (const auto* path : {"/a", "/b", "/c"})
    if (t.one_in(3))
      c.mounts.push_back({"v" + std::to_string(t.pick(4)), path, t.one_in(2)});
  return c;
}

template <class Resource, class Make>
observed<Resource> some_observed(tape& t, const std::string& letter, Make make) {
  observed<Resource> seen;
  seen.complete = t.one_in(3);
  seen.confirmed = t.one_in(3);
  if (t.one_in(3))
    seen.spared = {.drivers = {"nfs"}, .all = t.one_in(4)};
  const bool most = t.one_in(2);
  for (unsigned i = 0; i < 14; ++i) {
    const auto key = letter + std::to_string(i);
    if (most ? !t.one_in(8) : t.one_in(8))
      seen.present.push_back(make(t, key));
    else if (t.one_in(8))
      seen.gone.push_back(key);
  }
  return seen;
}

change_batch some_batch(tape& t) {
  change_batch batch;
  batch.host = t.any_of({"alpha", "alpha", "beta"});
  if (!t.one_in(3))
    batch.volumes = some_observed<volume>(t, "v", some_volume);
  if (!t.one_in(3))
    batch.containers = some_observed<container>(t, "c", some_container);
  if (t.one_in(3))
    batch.observed_at = noon + t.pick(5) * 1'000'000'000LL;
  if (t.one_in(3)) {
    batch.volumes.told = {{"v1", some_time(t)}};
    batch.containers.told = {{"c1", some_time(t)}};
  }
  if (t.one_in(3))
    batch.facts = {t.any_of({"", "e1", "e2"}), t.any_of({"", "26"}), some_time(t), some_time(t)};
  return batch;
}

/// Another client changes a row of host alpha, in the tables and in the model. The next complete
/// list must repair it, although the list itself may be an old one.
void tamper(tape& t, const testbed& on, model& should_be) {
  const auto key = std::to_string(t.pick(14));
  const auto of_container = " WHERE host = 'alpha' AND container_id = 'c" + key + "'";
  switch (t.pick(3)) {
  case 0:
    on.run("UPDATE volumes SET mountpoint = '/elsewhere' WHERE host = 'alpha' AND volume_id = 'v"
           + key + "'");
    return should_be.change_mountpoint("alpha", "v" + key);
  case 1:
    on.run("DELETE FROM volume_mounts" + of_container);
    return should_be.drop_mounts("alpha", "c" + key);
  default:
    on.run("DELETE FROM containers" + of_container);
    return should_be.drop_container("alpha", "c" + key);
  }
}

} // namespace

TEST_CASE("after any batches the tables have what the rules say") {
  on_both([](testbed& on) {
    const auto clear =
        std::string{"DELETE FROM volume_mounts; DELETE FROM volumes; DELETE FROM containers; "
                    "DELETE FROM hosts; DELETE FROM changes; DELETE FROM history_hosts"};
    on.apply(batch_of({}));
    CHECK(rc::check("the tables are what the rules say", [&] {
      tape t{*rc::gen::resize(8 * rc::kNominalSize,
                              rc::gen::container<std::vector<std::uint16_t>>(rc::gen::resize(
                                  rc::kNominalSize, rc::gen::inRange<std::uint16_t>(0, 5'000))))};
      on.run(clear);
      on.writer = std::move(*open_store({on.url})); // one that knows no hosts
      model should_be;
      std::map<std::string, change_batch> lists; // the last one of each host
      while (!t.ended()) {
        std::vector<change_batch> batches;
        for (unsigned n = t.pick(3); n < 3; ++n) {
          auto batch = some_batch(t);
          if (const auto again = lists.find(batch.host); again != lists.end() && t.one_in(2))
            batch = again->second;
          if (batch.volumes.complete || batch.containers.complete)
            lists.insert_or_assign(batch.host, batch);
          batches.push_back(std::move(batch));
        }
        if (lists.contains("alpha") && should_be.knows("alpha") && t.one_in(3))
          tamper(t, on, should_be);
        std::vector<write_summary> expected;
        for (const auto& batch : batches)
          expected.push_back(should_be.apply(batch));
        for (auto& batch : batches)
          if (t.one_in(2))
            batch = packed(std::move(batch));
        const auto would = on.writer->preview(batches);
        const auto done = on.writer->apply(batches);
        RC_ASSERT(would.has_value());
        RC_ASSERT(done.has_value());
        for (std::size_t i = 0; i < batches.size(); ++i) {
          RC_ASSERT((*done)[i].refused == expected[i].refused);
          RC_ASSERT(words((*done)[i].changes) == words(expected[i].changes));
          RC_ASSERT((*would)[i].changes == (*done)[i].changes);
          RC_ASSERT((*done)[i].rejected.empty());
        }
        RC_ASSERT(on.contents() == should_be.contents());
        RC_ASSERT(history_problem(on) == "");
      }
    }));
  });
}
