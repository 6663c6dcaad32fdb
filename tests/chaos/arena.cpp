#include "tests/chaos/arena.hpp"

#include <filesystem>
#include <pwd.h>
#include <sstream>
#include <unistd.h>

namespace volumeviz::chaos {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view sqlite_prefix = "sqlite://";
// The history of half an hour needs more than the rows: its labels are long.
constexpr std::size_t disk_megabytes = 256;

/// A folder for PostgreSQL's tables, which its server must own.
std::string folder_of_tables(const std::string& disk) {
  const auto folder = disk + "/tables";
  fs::create_directory(folder);
  const auto* user = ::getpwnam("postgres");
  if (!user || ::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error{"can't give " + folder + " to the user postgres"};
  return folder;
}

} // namespace

arena::arena(database_kind which, std::uint64_t seed, std::string longest_wait)
    : kind{which}, backoff_max{std::move(longest_wait)},
      dice{static_cast<std::minstd_rand::result_type>(seed % 2'147'483'646 + 1)}, on{which},
      between{on.daemon.socket()}, user{on.daemon, seed}, other_{on.database->url()} {
  disk.emplace(disk_folder(), disk_megabytes);
  if (kind == database_kind::postgres) {
    on.records.execute("CREATE TABLESPACE small LOCATION '" + folder_of_tables(disk->folder())
                       + "'");
    on.records.execute("ALTER SYSTEM SET default_tablespace = 'small'");
    on.records.execute("SELECT pg_reload_conf()");
  }
  start_node();
}

arena::~arena() {
  for (const auto pid : stopped)
    ::kill(pid, SIGCONT);
}

std::string arena::disk_folder() {
  if (kind == database_kind::sqlite)
    return fs::path{on.database->url().substr(sqlite_prefix.size())}.parent_path();
  // The server's user must get through to the disk.
  fs::permissions(scratch_.path(), fs::perms::all);
  return scratch_.path();
}

void arena::start_node(const support::variables& more) {
  port_ = 0;
  restarted_ = true;
  support::variables all{{"DOCKER_HOST", between.host()},
                         {"EVENTS_BACKOFF_MIN_DURATION", ""},
                         {"EVENTS_BACKOFF_MAX_DURATION", backoff_max},
                         {"LOG_LEVEL", "info"}};
  for (const auto& [name, value] : more)
    all[name] = value;
  port_ = on.launch_node(all).port();
  if (port_ == 0)
    throw std::runtime_error{"the node does not start:\n" + on.node().log()};
}

void arena::in_parallel(std::size_t count,
                        const std::function<void(support::docker_api&, std::size_t)>& work) {
  constexpr std::size_t clients = 8;
  std::vector<std::jthread> threads;
  for (std::size_t c = 0; c < clients; ++c)
    threads.emplace_back([this, c, count, &work] {
      auto docker = on.daemon.api();
      for (auto i = c; i < count; i += clients)
        work(docker, i);
    });
}

void arena::churn_volumes(std::size_t count) {
  in_parallel(count, [](support::docker_api& docker, std::size_t i) {
    docker.create_volume("churn" + std::to_string(i));
  });
}

void arena::remove_churned() {
  std::vector<std::string> names;
  for (const auto& x : on.docker.volumes())
    if (std::string name{x.at("Name").as_string()}; name.starts_with("churn"))
      names.push_back(std::move(name));
  in_parallel(names.size(),
              [&](support::docker_api& docker, std::size_t i) { docker.remove_volume(names[i]); });
}

void arena::make_large_volumes(int count) {
  for (int i = 0; i < count; ++i)
    on.docker.create_volume("churn-large" + std::to_string(i), {{"large", noise(dice, 32'768)}});
}

std::vector<pid_t> arena::backends() {
  std::istringstream pids{on.records.text("SELECT string_agg(CAST(pid AS TEXT), ' ') FROM "
                                          "pg_stat_activity WHERE application_name = "
                                          "'volumeviz-events'")};
  std::vector<pid_t> result;
  for (pid_t pid = 0; pids >> pid;)
    result.push_back(pid);
  return result;
}

} // namespace volumeviz::chaos
