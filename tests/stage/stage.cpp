#include "tests/stage/stage.hpp"

#include "tests/support/eventually.hpp"

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace volumeviz::integration {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::eventually;

std::string program_path() {
  const char* chosen = std::getenv("VOLUMEVIZ_PROGRAM");
  return chosen ? chosen : VOLUMEVIZ_PROGRAM;
}

stage::stage(database_kind kind, bool with_plugins, std::vector<std::string> database_settings)
    : daemon{with_plugins}, docker{daemon.api()},
      database{make_database(kind, std::move(database_settings))}, records{database->url()} {
}

support::variables stage::settings() const {
  return {{"EVENTS_ENABLED", "true"},
          {"EVENTS_BACKOFF_MIN_DURATION", "100ms"},
          {"EVENTS_BACKOFF_MAX_DURATION", "1s"},
          {"EVENTS_RECONCILE_INTERVAL", "0"},
          {"DOCKER_HOST", daemon.host()},
          {"DATABASE_URL", database->url()},
          {"NODE_NAME", host},
          {"LOG_LEVEL", "debug"}};
}

support::program& stage::launch_node(const support::variables& more) {
  node_.reset();
  auto all = settings();
  for (const auto& [name, value] : more)
    all[name] = value;
  return node_.emplace(program_path(), all);
}

support::program& stage::start_node(const support::variables& more) {
  auto& node = launch_node(more);
  const auto token = more.find("HTTP_AUTH_TOKEN");
  const auto ready = [&] {
    return node.port() != 0
           && http(token == more.end() ? "" : token->second).get("/api/v1/health/ready").status
                  == 200;
  };
  if (!eventually([&] { return !node.running() || ready(); }, seconds{20}) || !node.running())
    throw std::runtime_error{"the node did not become ready:\n" + node.log()};
  return node;
}

std::string stage::disagreement(milliseconds bound) {
  std::string result;
  const auto agree = [&] {
    result.clear();
    try {
      for (const auto& line : differences(rows(), rows_that_should_be(docker)))
        result += line + "\n";
    } catch (const std::exception& e) {
      result = e.what();
    }
    return result.empty();
  };
  eventually(agree, bound, milliseconds{10});
  return result;
}

std::string stage::failures() {
  std::string result;
  const auto page = http().metrics();
  for (const auto& [series, value] : page.series())
    if (value > 0 && series.starts_with("volumeviz_events_docker_events_failed_total"))
      result += series + " " + std::to_string(static_cast<long>(value)) + "\n";
  std::istringstream log{result.empty() ? "" : node_->log()};
  for (std::string line; std::getline(log, line);)
    if (line.find(" warn ") != std::string::npos || line.find(" error ") != std::string::npos)
      result += line + "\n";
  return result;
}

void stage::settle() {
  std::string last;
  auto since = std::chrono::steady_clock::now();
  const auto quiet = [&] {
    auto now = http().get("/api/v1/health/events").body;
    const auto end = now.find("\"last_event_age_seconds\""); // changes with time
    now = now.substr(0, end);
    if (now != last)
      last = now, since = std::chrono::steady_clock::now();
    // The delayed recheck, and the second list of a start, are 1.5 s after the first.
    return std::chrono::steady_clock::now() - since > milliseconds{1'800};
  };
  eventually(quiet, seconds{10}, milliseconds{20});
}

} // namespace volumeviz::integration
