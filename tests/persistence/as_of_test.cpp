#include "tests/persistence/model.hpp"
#include "tests/persistence/random_batch.hpp"
#include "tests/persistence/testbed.hpp"
#include "text/iso_time.hpp"

#include <random>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr timestamp second = nanos_per_second;

/// A batch that was observed at this moment, and proves the host's rows then.
change_batch observed_at(timestamp at, change_batch batch) {
  batch.observed_at = at;
  batch.facts = {"engine", "26", at, at};
  return batch;
}

std::string words_of(const volume_row& v) {
  std::string text = v.host + '/' + v.volume_id + ':';
  for (const auto& by : v.containers)
    text += ' ' + by.container_name + ' ' + by.container_state + ' ' + by.mount_path + ' '
            + by.access_mode;
  return text;
}

lines volumes_of(const testbed& on, const query& what) {
  const auto found = on.reader->volumes(what);
  if (!found)
    return {found.error().text};
  lines result;
  for (const auto& v : found->items)
    result.push_back(words_of(v));
  return result;
}

std::string why_not(const testbed& on, const query& what) {
  const auto found = on.reader->mounts(what);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == ec::bad_request);
  return found.error().text;
}

container web(const std::string& state, std::vector<mount> mounts) {
  auto c = a_container("c1", std::move(mounts));
  c.name = "web";
  c.state = state;
  return c;
}

lines without_hosts(const lines& all) {
  lines result;
  for (const auto& line : all)
    if (!line.starts_with("host |"))
      result.push_back(line);
  return result;
}

} // namespace

TEST_CASE("the inventory as of any moment is what the batches until then have made") {
  on_both([](testbed& on) {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    model should_be;
    std::vector<std::pair<timestamp, lines>> moments;
    // From seconds to years between two batches: versions of every length.
    timestamp now = noon;
    for (const auto* host : {"alpha", "beta"}) {
      auto first = observed_at(now, batch_of({}));
      first.host = host;
      on.apply(first);
      should_be.apply(first);
    }
    for (int i = 0; i < 40; ++i) {
      now += second << (random() % 20);
      const auto batch = observed_at(now, random_batch(random));
      on.apply(batch);
      should_be.apply(batch);
      moments.emplace_back(now, without_hosts(should_be.contents()));
    }
    moments.emplace_back(now + 3600 * second, moments.back().second);
    for (std::size_t i = 0; i + 1 < moments.size(); ++i) {
      const auto& [from, rows] = moments[i];
      const auto until = moments[i + 1].first;
      CAPTURE(text::iso_time(from));
      CHECK(on.contents_at(from) == rows);
      CHECK(on.contents_at(until - 1'000) == rows);
      CHECK(on.contents_at(from + static_cast<timestamp>(random()) % (until - from)) == rows);
    }
    if (!on.sqlite()) {
      // The functions for people who ask the database give the same.
      const auto at = "'" + text::iso_time(moments[20].first, 6) + "'";
      const auto count = [&](const std::string& prefix) {
        return std::to_string(std::ranges::count_if(
            moments[20].second, [&](const auto& line) { return line.starts_with(prefix); }));
      };
      CHECK(on.value("SELECT count(*) FROM volumes_at(" + at + ")") == count("volume |"));
      CHECK(on.value("SELECT count(*) FROM containers_at(" + at + ")") == count("container |"));
      CHECK(on.value("SELECT count(*) FROM volume_mounts_at(" + at + ")") == count("mount |"));
    }
  });
}

TEST_CASE("a volume of the past has the containers that mounted it then, as they were") {
  on_both([](testbed& on) {
    on.apply(observed_at(noon, list_of(some_volumes(1, 2))));
    on.apply(
        observed_at(noon + 10 * second, batch_of({}, {web("running", {{"v1", "/data", true}})})));
    on.apply(
        observed_at(noon + 20 * second, batch_of({}, {web("exited", {{"v1", "/data", true}})})));
    on.apply(
        observed_at(noon + 30 * second, batch_of({}, {web("exited", {{"v2", "/data", false}})})));
    auto gone = batch_of({});
    gone.containers.gone = {"c1"};
    on.apply(observed_at(noon + 40 * second, gone));
    const auto at = [&](int seconds, bool orphaned = false) {
      return volumes_of(on, {.orphaned = orphaned, .at = noon + seconds * second});
    };
    CHECK(at(5) == lines{"alpha/v1:", "alpha/v2:"});
    CHECK(at(15) == lines{"alpha/v1: web running /data rw", "alpha/v2:"});
    CHECK(at(25) == lines{"alpha/v1: web exited /data rw", "alpha/v2:"});
    CHECK(at(35) == lines{"alpha/v1:", "alpha/v2: web exited /data ro"});
    CHECK(at(45) == lines{"alpha/v1:", "alpha/v2:"});
    CHECK(at(5, true) == lines{"alpha/v1:", "alpha/v2:"});
    CHECK(at(15, true) == lines{"alpha/v2:"});
    CHECK(at(35, true) == lines{"alpha/v1:"});
    CHECK(on.reader->volumes({.at = noon + 15 * second})->items.at(0).usage == std::nullopt);
  });
}

TEST_CASE("the filters of a list hold as of a moment, on the values of then") {
  on_both([](testbed& on) {
    auto volumes = some_volumes(1, 3);
    volumes[1].driver = "nfs";
    volumes[2].labels = {{"tier", "db"}};
    on.apply(observed_at(noon, list_of(volumes)));
    on.apply(observed_at(noon + 10 * second, list_of(some_volumes(1, 2))));
    auto beta = observed_at(noon + 20 * second, list_of(some_volumes(1, 1)));
    beta.host = "beta";
    on.apply(beta);
    const auto at = noon + 5 * second;
    CHECK(volumes_of(on, {.driver = "nfs", .at = at}) == lines{"alpha/v2:"});
    CHECK(volumes_of(on, {.label = std::pair<std::string, std::string>{"tier", "db"}, .at = at})
          == lines{"alpha/v3:"});
    CHECK(volumes_of(on, {.host = "alpha", .at = noon + 30 * second})
          == lines{"alpha/v1:", "alpha/v2:"});
    CHECK(volumes_of(on, {.host = "nobody", .at = at}).empty());
  });
}

TEST_CASE("a moment before the history, or in the future, is refused with where it begins") {
  on_both([](testbed& on) {
    on.apply(observed_at(noon, list_of(some_volumes(1, 1))));
    const auto begin =
        on.sqlite() ? "2024-05-01T12:00:00.123456000Z" : "2024-05-01T12:00:00.123456Z";
    const auto refused =
        "the history begins at " + std::string{begin} + ": ask for that moment or a later one";
    CHECK(why_not(on, {.at = noon - 1'000}) == refused);
    CHECK(why_not(on, {.at = 1}) == refused);
    CHECK(why_not(on, {.host = "alpha", .at = noon - second}).find("of this host begins at")
          != std::string::npos);
    CHECK(on.reader->mounts({.at = noon}).has_value());
    CHECK(why_not(on, {.at = 8'000'000'000 * second}).find("in the future") != std::string::npos);
    CHECK_FALSE(on.reader->hosts({.at = noon}).has_value());
    // What was trimmed of one host is unknown of all.
    on.run("UPDATE history_hosts SET trimmed_id = 1, begins_at = '2024-05-01T13:00:00.000000000Z'");
    CHECK(why_not(on, {.at = noon}).find("begins at 2024-05-01T13:00:00") != std::string::npos);
  });
}
