// Statements that change many rows record what statements of one row each would have recorded.
#include "tests/persistence/history_checks.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr timestamp second = 1'000'000'000;
constexpr int resources = 12;
constexpr int shared_by = 4;

/// What happens to a volume and a container, `number` is from 0; and when the first event tells it.
struct step {
  std::function<void(change_batch&, int number)> change;
  timestamp at;
};

std::string volume_of(int number) {
  return "v" + std::to_string(10 + number); // sorted as the numbers are
}

std::string container_of(int number) {
  return "c" + std::to_string(10 + number);
}

/// Most changes are told by events, each by a later one. The last one of those that share a volume
/// is not, so it is later: the last user of the volume is the last one in either way.
void tell(change_batch& batch, timestamp at) {
  for (int number = 0; number < resources; ++number) {
    if (number % shared_by == shared_by - 1)
      continue;
    batch.containers.told.push_back({container_of(number), at + number * second});
    if (number >= resources / shared_by)
      batch.volumes.told.push_back({volume_of(number), at + number * second + second / 2});
  }
}

/// Two mounts: a volume of its own, and one that several containers share.
container user_of(int number, bool runs, bool writes) {
  auto c = a_container(container_of(number), {{volume_of(number), "/own", writes},
                                              {volume_of(number / shared_by), "/shared", writes}});
  c.state = runs ? "running" : "exited";
  c.status = runs ? "Up" : "Exited (0)";
  return c;
}

/// Everything comes, changes in each way, goes and comes again.
std::vector<step> steps() {
  const auto present = [](const char* driver, bool runs, bool writes) {
    return [=](change_batch& batch, int number) {
      auto v = a_volume(volume_of(number));
      v.driver = driver;
      batch.volumes.present.push_back(std::move(v));
      batch.containers.present.push_back(user_of(number, runs, writes));
    };
  };
  const auto volume_comes = [](change_batch& batch, int number) {
    batch.volumes.present.push_back(a_volume(volume_of(number)));
  };
  const auto container_goes = [](change_batch& batch, int number) {
    batch.containers.gone.push_back(container_of(number));
  };
  const auto volume_goes = [](change_batch& batch, int number) {
    batch.volumes.gone.push_back(volume_of(number));
  };
  return {{volume_comes, noon},
          {present("local", true, true), noon + 100 * second},
          {present("nfs", true, false), noon + 200 * second},
          {present("nfs", false, false), noon + 300 * second},
          {present("local", true, true), noon + 400 * second},
          {container_goes, noon + 500 * second},
          {volume_goes, noon + 600 * second},
          // events from before the removal
          {present("local", false, true), noon + 150 * second}};
}

history_options without_some() {
  history_options how;
  how.excluded = *history_rules::parse("volume.name=v15,container.name=name of c17");
  return how;
}

/// What was recorded, but for the order, the ids and the moments of the writing.
lines recorded_of(const testbed& on, const std::string& host) {
  const auto time = [&](const std::string& column) {
    return on.sqlite() ? "coalesce(" + column + ", '')"
                       : "coalesce(history_time(" + column + "), '')";
  };
  const auto row = [&](const std::string& column) {
    return on.sqlite()
               ? "coalesce(json_remove(" + column
                     + ", '$.host', '$.created_at', '$.updated_at'), '')"
               : "coalesce((" + column + " - '{host,created_at,updated_at}'::text[])::text, '')";
  };
  const std::string where = " WHERE host = '" + host + '\'';
  lines result;
  for (const auto& sql :
       {"SELECT kind || ' ' || coalesce(volume_id, '') || ' ' || coalesce(container_id, '') || ' ' "
        "|| "
        "coalesce(mount_path, '') || ' ' || operation || ' ' || name || ' ' || coalesce(image, '') "
        "|| "
        "' ' || source || ' ' || "
            + time("at") + " || ' ' || " + time("not_before") + " || ' ' || " + time("began_at")
            + " || ' ' || coalesce(span, -1) || ' ' || " + row("old") + " || ' ' || " + row("new")
            + " || ' ' || " + row("before") + " FROM changes" + where,
        "SELECT 'usage ' || volume_id || ' ' || " + time("last_used_at")
            + " || ' ' || coalesce(container_name, '') || ' ' || coalesce(container_image, '') || "
              "' ' "
              "|| "
            + time("orphaned_since") + " FROM volume_usage" + where,
        "SELECT 'begins ' || " + time("begins_at") + " FROM history_hosts" + where})
    for (const auto& line : on.rows(sql, 1))
      result.push_back(line[0]);
  std::ranges::sort(result);
  return result;
}

/// The lines of `all` that `some` lacks.
lines lacking(const lines& some, const lines& all) {
  lines result;
  std::ranges::set_difference(all, some, std::back_inserter(result));
  return result;
}

} // namespace

TEST_CASE("many rows in one statement are recorded as the same rows one by one") {
  on_both([](testbed& on) {
    on.writer = nullptr;
    on.writer = std::move(*open_store({.url = on.url, .history = without_some()}));
    timestamp listed = noon + 50 * second;
    for (const auto& [change, at] : steps()) {
      const auto batch_of_host = [&, at = at](const char* host) {
        change_batch batch;
        batch.host = host;
        batch.observed_at = listed;
        tell(batch, at);
        return batch;
      };
      auto many = batch_of_host("many");
      for (int number = 0; number < resources; ++number) {
        change(many, number);
        auto one = batch_of_host("one");
        change(one, number);
        on.apply(one);
      }
      on.apply(many);
      CHECK(lacking(recorded_of(on, "many"), recorded_of(on, "one")) == lines{});
      CHECK(lacking(recorded_of(on, "one"), recorded_of(on, "many")) == lines{});
      for (const auto* host : {"one", "many"}) {
        change_batch verified;
        verified.host = host;
        verified.facts = {"e", "26", listed, listed};
        on.apply(verified);
      }
      listed += 100 * second;
    }
    CHECK(recorded_of(on, "many").size() > 100);
    CHECK(history_problem(on) == "");
  });
}

TEST_CASE("very many rows in one statement have their use recorded each, and none is left over") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 1200)));
    CHECK(on.value("SELECT count(*) FROM volume_usage WHERE orphaned_since IS NOT NULL") == "1200");
    on.run("INSERT INTO containers (host, container_id, name, image, state, status, labels, "
           "is_active, created_at, updated_at) "
           "SELECT host, volume_id, name, '', 'running', 'Up', '{}', true, created_at, updated_at "
           "FROM volumes");
    on.run("INSERT INTO volume_mounts (host, volume_id, container_id, mount_path, access_mode, "
           "created_at, updated_at) "
           "SELECT host, volume_id, volume_id, '/a', 'rw', created_at, updated_at FROM volumes");
    CHECK(on.value("SELECT count(*) FROM volume_usage WHERE orphaned_since IS NULL") == "1200");
    on.run("DELETE FROM volume_mounts");
    CHECK(on.value("SELECT count(*) FROM volume_usage WHERE orphaned_since IS NOT NULL AND "
                   "container_id = volume_id")
          == "1200");
    on.run("DELETE FROM volumes");
    CHECK(on.value("SELECT count(*) FROM volume_usage") == "0");
    CHECK(on.value("SELECT count(*) FROM changes") == "6000");
    CHECK(history_problem(on) == "");
  });
}
