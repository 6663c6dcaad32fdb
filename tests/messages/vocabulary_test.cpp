// Public names: labels of metrics, JSON and log. They must not change.

#include "messages/changes.hpp"
#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "messages/health.hpp"
#include "messages/reconcile.hpp"
#include "messages/resources.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

using namespace volumeviz;

namespace {

/// The names of the values from `first` to `last`, separated by spaces.
template <class Enum>
std::string words(Enum first, Enum last) {
  std::string all;
  for (auto i = static_cast<int>(first); i <= static_cast<int>(last); ++i)
    all += (all.empty() ? "" : " ") + std::string{to_string(static_cast<Enum>(i))};
  return all;
}

} // namespace

TEST_CASE("every value has its name") {
  CHECK(words(resource_kind::volume, resource_kind::container) == "volume container");
  CHECK(words(row_kind::volume, row_kind::mount) == "volume container mount");
  CHECK(words(operation::create, operation::remove) == "create update remove");
  CHECK(words(change_source::event, change_source::reconciliation) == "event reconciliation");
  CHECK(words(reconcile_scope::full, reconcile_scope::containers) == "full volumes containers");
  CHECK(words(health_status::not_configured, health_status::unhealthy)
        == "not_configured healthy degraded unhealthy");
  CHECK(words(list_reason::start, list_reason::lost_rows)
        == "start reconnect overflow failure interval demand prune damaged escalation lost_events "
           "doubt lost_rows");
  CHECK(words(ec::docker_unreachable, ec::internal)
        == "docker_unreachable docker_timeout docker_refused docker_malformed docker_too_large "
           "store_unreachable "
           "store_rejected store_schema queue_full bad_request cancelled internal");
}

TEST_CASE("a value out of range has a name, too") {
  CHECK(std::string{to_string(static_cast<ec>(200))} == "internal");
  CHECK(std::string{to_string(static_cast<health_status>(200))} == "unhealthy");
  CHECK(to_string(static_cast<operation>(200)) != nullptr);
  CHECK(to_string(static_cast<row_kind>(200)) != nullptr);
  CHECK(to_string(static_cast<list_reason>(200)) != nullptr);
  CHECK(to_string(static_cast<reconcile_scope>(200)) != nullptr);
}

TEST_CASE("a full reconciliation covers both kinds, each other one covers one kind") {
  using enum resource_kind;
  CHECK(covers(reconcile_scope::full, volume));
  CHECK(covers(reconcile_scope::full, container));
  CHECK(covers(reconcile_scope::volumes, volume));
  CHECK_FALSE(covers(reconcile_scope::volumes, container));
  CHECK(covers(reconcile_scope::containers, container));
  CHECK_FALSE(covers(reconcile_scope::containers, volume));
}

TEST_CASE("is_running() agrees with Docker's State.Running") {
  const std::map<std::string, bool> expected{
      {"created", false},  {"running", true}, {"paused", true}, {"restarting", true},
      {"removing", false}, {"exited", false}, {"dead", false},  {"", false}};
  for (const auto& [state, running] : expected) {
    CAPTURE(state);
    container x;
    x.state = state;
    CHECK(is_running(x) == running);
  }
}

TEST_CASE("each kind and action has one meaning, named after its kind") {
  std::set<std::pair<resource_kind, std::string_view>> known;
  for (const auto& x : event_catalogue()) {
    CAPTURE(x.event_type);
    CHECK(known.emplace(x.kind, x.action).second);
    CHECK(x.event_type.starts_with(std::string{to_string(x.kind)} + "."));
    CHECK(meaning_of(x.kind, x.action) == &x);
    CHECK_FALSE((x.whole_kind && x.gone));
  }
}

TEST_CASE("the six documented event types have Docker's own actions") {
  using enum resource_kind;
  CHECK(meaning_of(volume, "create")->event_type == "volume.create");
  CHECK(meaning_of(volume, "destroy")->event_type == "volume.remove");
  CHECK(meaning_of(container, "start")->event_type == "container.start");
  CHECK(meaning_of(container, "stop")->event_type == "container.stop");
  CHECK(meaning_of(container, "die")->event_type == "container.die");
  CHECK(meaning_of(container, "destroy")->event_type == "container.destroy");
}

TEST_CASE("Podman's remove means what Docker's destroy means") {
  for (auto kind : {resource_kind::volume, resource_kind::container}) {
    const auto* docker = meaning_of(kind, "destroy");
    const auto* podman = meaning_of(kind, "remove");
    REQUIRE(docker);
    REQUIRE(podman);
    CHECK(docker->event_type == podman->event_type);
    CHECK(podman->gone);
    CHECK(podman->lags);
  }
}

TEST_CASE("resources are rechecked after events that the API lags behind") {
  for (const auto* action : {"die", "stop", "kill", "rename", "update", "destroy"})
    CHECK(meaning_of(resource_kind::container, action)->lags);
  for (const auto* action : {"create", "start", "pause", "unpause"})
    CHECK_FALSE(meaning_of(resource_kind::container, action)->lags);
}

TEST_CASE("a prune concerns the whole kind") {
  CHECK(meaning_of(resource_kind::volume, "prune")->whole_kind);
  CHECK(meaning_of(resource_kind::container, "prune")->whole_kind);
}

TEST_CASE("the result after health_status is ignored") {
  const auto* meaning = meaning_of(resource_kind::container, "health_status: unhealthy");
  REQUIRE(meaning);
  CHECK(meaning->action == "health_status");
}

TEST_CASE("events that can't change a row have no meaning") {
  for (const auto* action :
       {"exec_create: sh", "exec_start", "attach", "mount", "top", "resize", "", ":", "Create"}) {
    CAPTURE(action);
    CHECK(meaning_of(resource_kind::container, action) == nullptr);
    CHECK(meaning_of(resource_kind::volume, action) == nullptr);
  }
  CHECK(meaning_of(resource_kind::volume, "start") == nullptr);
}
