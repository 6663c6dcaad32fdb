// The daemon's past events, which audits ask for.
#include "tests/docker/fake_client.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::docker::testing;
using support::fake_daemon;

TEST_CASE("past events are those between two moments, both inclusive") {
  for (const auto& dialect : {support::docker_20(), support::docker_29(), support::podman_4()}) {
    CAPTURE(dialect.engine_version);
    fake_daemon daemon{dialect};
    const auto client = client_of(daemon);
    for (int i = 1; i <= 4; ++i)
      daemon.emit({.type = "volume",
                   .action = "create",
                   .id = "v" + std::to_string(i),
                   .time_ns = std::int64_t{1'000'000'001} * i});
    daemon.emit({.type = "volume", .action = "mount", .id = "v3", .time_ns = 4'000'000'004});
    daemon.emit({.type = "network", .action = "connect", .id = "n", .time_ns = 4'000'000'004});
    const auto out = client->events_between(2'000'000'002, 3'000'000'003, patience);
    REQUIRE_MESSAGE(out, support::why(out));
    REQUIRE(out->events.size() == 2);
    CHECK(out->stamps == std::vector<timestamp>{2'000'000'002, 3'000'000'003});
    CHECK(out->all);
    CHECK(out->events.at(0) == docker_event{resource_kind::volume, "create", "v2", 2'000'000'002});
    CHECK(out->events.at(1) == docker_event{resource_kind::volume, "create", "v3", 3'000'000'003});
    CHECK(client->events_between(4'000'000'004, 4'000'000'004, patience)->events.size() == 1);
    CHECK(client->events_between(4'000'000'004, 4'000'000'004, patience)->stamps
          == std::vector<timestamp>(3, 4'000'000'004));
    CHECK(client->events_between(5'000'000'000, 6'000'000'000, patience)->stamps.empty());
  }
}

TEST_CASE("past events come with the daemon's time, if the answer has it") {
  fake_daemon daemon;
  const auto client = client_of(daemon);
  CHECK(client->events_between(1, 2, patience)->answered_at == never);
  daemon.answer_next("/events",
                     {.body = "\n", .headers = "Date: Wed, 01 May 2024 12:00:00 GMT\r\n"});
  CHECK(client->events_between(1, 2, patience)->answered_at == 1'714'564'800'000'000'000);
}

TEST_CASE("past events that are too long are requested again with a filter") {
  const auto asked = [](const support::fake_dialect& dialect) {
    fake_daemon daemon{dialect};
    daemon.emit({.type = "volume", .action = "create", .id = "v", .time_ns = 2});
    daemon.answer_next("/events", {.body = std::string(17 * 1024 * 1024, '\n')});
    const auto out = client_of(daemon)->events_between(1, 2, patience);
    REQUIRE_MESSAGE(out, support::why(out));
    CHECK(out->events.size() == 1);
    CHECK_FALSE(out->all);
    const auto target = daemon.targets().back();
    CHECK(contains(target, "filters="));
    return contains(target, "\"event\"");
  };
  CHECK(asked(support::docker_20()));
  CHECK_FALSE(asked(support::podman_4())); // which has words of its own
}

TEST_CASE("past events that can't be parsed are a failure") {
  fake_daemon daemon;
  const auto client = client_of(daemon);
  const std::string good = R"({"Type":"volume","Action":"create","Actor":{"ID":"x"},"timeNano":7})";
  daemon.answer_next("/events", {.body = good + "\nrubbish\n"});
  CHECK_FALSE(client->events_between(1, 2, patience));
  daemon.answer_next("/events", {.body = good + "\n" + good.substr(0, 20)});
  CHECK_FALSE(client->events_between(1, 2, patience));
  daemon.answer_next("/events", {.body = good + "\n"});
  CHECK(client->events_between(1, 2, patience)->events.size() == 1);
  daemon.answer_next("/events", {.body = R"({"Type":"network","Action":"connect"})"
                                         "\n"});
  CHECK(client->events_between(1, 2, patience)->stamps.empty()); // it does not say when
}
