#include "docker/event_json.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>

using namespace volumeviz;
using docker::event_parser;
using docker::ignored_event;

namespace {

docker_event event(const std::string& line) {
  auto parsed = event_parser{}.parse(line);
  const auto* damage = std::get_if<failure>(&parsed);
  REQUIRE_MESSAGE(std::holds_alternative<docker_event>(parsed), (damage ? damage->text : line));
  return std::get<docker_event>(parsed);
}

bool ignored(const std::string& line) {
  return std::holds_alternative<ignored_event>(event_parser{}.parse(line));
}

bool damaged(const std::string& line) {
  const auto parsed = event_parser{}.parse(line);
  const auto* why = std::get_if<failure>(&parsed);
  return why && why->code == ec::docker_malformed;
}

} // namespace

TEST_CASE("a container event is read as dockerd 28 writes it") {
  CHECK(event(R"({"status":"die","id":"other","from":"bb:1","Type":"container","Action":"die",)"
              R"("Actor":{"ID":"3209","Attributes":{"exitCode":"137","image":"bb:1","name":"m1"}},)"
              R"("scope":"local","time":1795422344,"timeNano":1795422344748454289})")
        == docker_event{resource_kind::container, "die", "3209", 1795422344748454289});
}

TEST_CASE("a volume event is read, with its fields in any order") {
  CHECK(event(R"({"timeNano":1714558830123456789,"Actor":{"Attributes":{"driver":"local"},)"
              R"("ID":"data"},"Action":"destroy","Type":"volume"})")
        == docker_event{resource_kind::volume, "destroy", "data", 1714558830123456789});
}

TEST_CASE("labels do not override the event's own fields") {
  CHECK(event(R"({"Type":"container","Action":"die","Actor":{"ID":"real","Attributes":)"
              R"({"ID":"x","name":"FAKE","Type":"volume","Action":"create"}},"timeNano":7})")
        == docker_event{resource_kind::container, "die", "real", 7});
}

TEST_CASE("Podman's volume events name the volume in the attributes") {
  CHECK(event(R"({"status":"create","Type":"volume","Action":"create","Actor":{"ID":"",)"
              R"("Attributes":{"containerExitCode":"0","image":"","name":"pv1","podId":""}},)"
              R"("timeNano":7})")
        == docker_event{resource_kind::volume, "create", "pv1", 7});
  CHECK(event(R"({"Type":"volume","Action":"remove","Actor":{"ID":"","Attributes":{"name":"pv1"}},)"
              R"("timeNano":7})")
        == docker_event{resource_kind::volume, "remove", "pv1", 7});
}

TEST_CASE("a prune has no resource id") {
  CHECK(event(R"({"Type":"volume","Action":"prune","Actor":{"ID":"","Attributes":)"
              R"({"reclaimed":"0"}},"timeNano":7})")
        == docker_event{resource_kind::volume, "prune", "", 7});
  CHECK(event(R"({"Type":"volume","Action":"prune","Actor":{"ID":"","Attributes":)"
              R"({"name":"one"}},"timeNano":7})")
        == docker_event{resource_kind::volume, "prune", "", 7});
}

TEST_CASE("the action of a health event ends before the colon") {
  CHECK(event(R"({"Type":"container","Action":"health_status: unhealthy","Actor":{"ID":"c"},)"
              R"("timeNano":7})")
            .action
        == "health_status");
}

TEST_CASE("events that change no row are ignored") {
  const auto line = [](const std::string& type, const std::string& action) {
    return R"({"Type":")" + type + R"(","Action":")" + action
           + R"(","Actor":{"ID":"x"},"timeNano":7})";
  };
  CHECK(ignored(line("container", "exec_create: /bin/sh -c true")));
  CHECK(ignored(line("container", "attach")));
  CHECK(ignored(line("container", "died")));
  CHECK(ignored(line("volume", "mount")));
  CHECK(ignored(line("volume", "start")));
  CHECK(ignored(line("network", "connect")));
  CHECK(ignored(line("image", "delete")));
}

TEST_CASE("a line that is not an event, or has no id, is damaged") {
  for (
      const auto* line : {
          "",
          "x",
          "{",
          "[]",
          "null",
          "{}",
          "{\"message\":\"error\"}",
          R"({"Type":"volume","Action":"create","Actor":{"ID":"x"},"timeNano":7} trailing)",
          R"({"Type":"volume","Action":"create","Actor":{"ID":"x"},"timeNano":7}{})",
          R"({"Type":"volume","Action":"create","Actor":{"ID":"x"}})",
          R"({"Type":"volume","Action":"create","Actor":{"ID":"x"},"timeNano":"7"})",
          R"({"Type":"volume","Action":"create","Actor":{"ID":"x"},"timeNano":1e400})",
          R"({"Type":"volume","Action":"create","Actor":{"ID":"x"},"timeNano":99999999999999999999})",
          R"({"Type":"volume","Action":"create","Actor":{"ID":""},"timeNano":7})",
          R"({"Type":"volume","Action":"create","Actor":{"ID":7},"timeNano":7})",
          R"({"Type":"volume","Action":"create","Actor":[],"timeNano":7})",
          R"({"Type":"volume","Action":"create","timeNano":7})",
          R"({"Type":"container","Action":"die","Actor":{"ID":"","Attributes":{"name":"x"}},"timeNano":7})",
          R"({"Type":7,"Action":"create","Actor":{"ID":"x"},"timeNano":7})",
          "{\"Type\":\"volume\",\"Action\":\"create\",\"Actor\":{\"ID\":\"\xff\"},\"timeNano\":7}",
      }) {
    CAPTURE(line);
    CHECK(damaged(line));
  }
}

TEST_CASE("one damaged line does not spoil the next") {
  event_parser parser;
  CHECK(std::holds_alternative<failure>(parser.parse(R"({"Type":"vol)")));
  CHECK(std::holds_alternative<docker_event>(
      parser.parse(R"({"Type":"volume","Action":"create","Actor":{"ID":"x"},"timeNano":7})")));
}

TEST_CASE("a line with a label of megabytes is read, one nested without end is damaged") {
  const std::string label(2'000'000, 'x');
  CHECK(event(R"({"Type":"container","Action":"start","Actor":{"ID":"c","Attributes":{"l":")"
              + label + R"("}},"timeNano":7})")
            .id
        == "c");
  CHECK(damaged(std::string(100'000, '[')));
}

TEST_CASE("the error about a damaged line is short and printable") {
  const auto parsed = event_parser{}.parse("\x01\xff" + std::string(10'000, 'x') + "secret");
  const auto& text = std::get<failure>(parsed).text;
  CHECK(text.size() < 250);
  CHECK(text.find("secret") == std::string::npos);
  for (const char c : text)
    CHECK((c >= 0x20 && c < 0x7f));
}
