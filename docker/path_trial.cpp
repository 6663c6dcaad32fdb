#include "docker/path_trial.hpp"

#include "docker/explain.hpp"
#include "docker/requests.hpp"
#include "docker/session.hpp"

#include <chrono>

namespace volumeviz::docker {

namespace {

constexpr std::size_t body_limit = std::size_t{1} << 30;

struct question {
  const char* name;
  std::string path;
  /// For a resource that does not exist: its kind. Expects a 404 that says so.
  const char* missing = nullptr;
};

std::vector<question> all_questions() {
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  return {{"/_ping", "/_ping"},
          {"/version", "/version"},
          {"/info", "/info"},
          {"/events", all_events_path(now - 1'000'000'000, now - 1)},
          {"/volumes", "/volumes"},
          {"/volumes/{name}", "/volumes/volumeviz-events-check", "volume"},
          {"/containers/json", "/containers/json?all=1"},
          {"/containers/{id}/json", "/containers/" + std::string(64, '0') + "/json", "container"}};
}

} // namespace

result<std::vector<asked_path>> try_paths(const endpoint& where, deadline limit) {
  auto at = parse_endpoint(where);
  if (!at)
    return tl::unexpected{at.error()};
  session on{std::move(*at), std::make_shared<deadline_keeper>()};
  std::vector<asked_path> out;
  for (const auto& each : all_questions()) {
    const auto what = std::string{"ask for "} + each.name;
    const auto answer = on.get(
        what, [&] { return each.path; }, std::chrono::steady_clock::now() + limit, body_limit);
    if (!answer) {
      out.push_back({each.name, answer.error()});
      if (answer.error().code != ec::docker_refused)
        return out;
      continue;
    }
    const bool answered =
        answer->status == 200
        || (each.missing && answer->status == 404 && says_gone(answer->body, each.missing));
    out.push_back(
        {each.name, answered ? std::nullopt
                             : std::optional{explain_status(what, answer->status, answer->body)}});
  }
  return out;
}

} // namespace volumeviz::docker
