#include "tests/support/postgres.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pwd.h>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace volumeviz::support {

namespace {

constexpr std::chrono::seconds patience{30};

/// The newest installed version's folder of programs; Debian keeps them out of PATH.
std::string folder_of_binaries() {
  std::string best;
  int best_version = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{"/usr/lib/postgresql", ignored}) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version > best_version && std::filesystem::exists(entry.path() / "bin/initdb")) {
      best_version = version;
      best = entry.path() / "bin";
    }
  }
  if (best.empty())
    if (const auto found = find_program("initdb"); !found.empty())
      best = std::filesystem::path{found}.parent_path();
  return best;
}

void run(const command& what, const std::string& errors) {
  process child{what};
  const auto status = child.wait(patience);
  if (status != 0)
    throw std::runtime_error{what.arguments.front() + " failed: " + file_text(errors)};
}

} // namespace

std::string no_postgres_because() {
  if (folder_of_binaries().empty())
    return "PostgreSQL's server is not installed (Debian: apt install postgresql)";
  if (::geteuid() == 0 && ::getpwnam("postgres") == nullptr)
    return "root can't run PostgreSQL, and there is no user postgres to run it as";
  return {};
}

bool postgres_can_run() {
  const auto why_not = no_postgres_because();
  if (why_not.empty())
    return true;
  if (std::getenv("VOLUMEVIZ_REQUIRE_SERVERS") != nullptr || std::getenv("CI") != nullptr)
    throw std::runtime_error{why_not};
  MESSAGE("skipped: ", why_not);
  return false;
}

postgres& shared_postgres() {
  static postgres server;
  return server;
}

postgres::postgres() : binaries_{folder_of_binaries()} {
  if (::geteuid() == 0)
    if (const auto* user = ::getpwnam("postgres"))
      if (::chown(folder_.path().c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error{"can't give " + folder_.path().string() + " to the user postgres"};
  run(as_server_user({program("initdb"), "-D", folder_ / "data", "-U", "postgres", "-A", "trust",
                      "-E", "UTF8", "--no-locale", "--no-sync"}),
      folder_ / "log");
  start();
}

postgres::~postgres() {
  if (!server_)
    return;
  resume();
  server_->signal(SIGQUIT);
  server_->wait(patience);
}

std::string postgres::program(const std::string& name) const {
  return binaries_ + '/' + name;
}

command postgres::as_server_user(std::vector<std::string> arguments) const {
  command what{.arguments = std::move(arguments),
               .environment = minimal_environment(),
               .output = folder_ / "log",
               .errors = folder_ / "log"};
  if (::geteuid() == 0) {
    // The change of user clears the signal that ties the child to us, so setpriv sets it again.
    const std::vector<std::string> prefix{"setpriv",        "--reuid=postgres", "--regid=postgres",
                                          "--clear-groups", "--pdeathsig",      "SIGQUIT"};
    what.arguments.insert(what.arguments.begin(), prefix.begin(), prefix.end());
  }
  return what;
}

void postgres::start() {
  if (port_ == 0)
    port_ = free_port();
  server_.emplace(as_server_user(
      {program("postgres"), "-D", folder_ / "data", "-c", "listen_addresses=127.0.0.1", "-c",
       "port=" + std::to_string(port_), "-c", "unix_socket_directories=" + folder_.path().string(),
       "-c", "max_connections=40"}));
  const auto answers = [this] {
    process ready{
        {.arguments = {program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", std::to_string(port_)},
         .environment = minimal_environment()}};
    return ready.wait(patience) == 0;
  };
  if (!eventually([&] { return answers() || !server_->running(); }, patience)
      || !server_->running())
    throw std::runtime_error{"PostgreSQL did not start: " + log()};
}

void postgres::stop() {
  server_->signal(SIGINT);
  if (!server_->wait(patience))
    throw std::runtime_error{"PostgreSQL did not stop: " + log()};
  server_.reset();
}

void postgres::kill() {
  server_->signal(SIGQUIT);
  if (!server_->wait(patience))
    throw std::runtime_error{"PostgreSQL did not end: " + log()};
  server_.reset();
}

void postgres::restart() {
  stop();
  start();
}

void postgres::signal_all(int number) {
  const auto server = server_->pid();
  ::kill(server, number);
  std::ifstream children{"/proc/" + std::to_string(server) + "/task/" + std::to_string(server)
                         + "/children"};
  for (pid_t child = 0; children >> child;)
    ::kill(child, number);
}

void postgres::pause() {
  signal_all(SIGSTOP);
}

void postgres::resume() {
  signal_all(SIGCONT);
}

std::string postgres::url(const std::string& database) const {
  return "postgresql://postgres:never-shown@127.0.0.1:" + std::to_string(port_) + '/' + database;
}

std::string postgres::socket_url(const std::string& database) const {
  return "postgresql://postgres@/" + database + "?host=" + folder_.path().string()
         + "&port=" + std::to_string(port_);
}

std::string postgres::new_database() {
  const auto name = "test_" + std::to_string(++databases_);
  sql(url(), "CREATE DATABASE " + name);
  return url(name);
}

std::string postgres::sql(const std::string& database_url, const std::string& statements) const {
  const scratch_folder output;
  run({.arguments = {program("psql"), "--no-psqlrc", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                     "-c", statements, database_url},
       .environment = minimal_environment(),
       .output = output / "out",
       .errors = output / "err"},
      output / "err");
  return file_text(output / "out");
}

} // namespace volumeviz::support
