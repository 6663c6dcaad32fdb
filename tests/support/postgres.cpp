#include "tests/support/postgres.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/initial_database.hpp"
#include "tests/support/postgres_programs.hpp"

#include <algorithm>
#include <fstream>
#include <pwd.h>
#include <sstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace volumeviz::support {

namespace {

constexpr std::chrono::seconds patience{30};

/// Settings of a server without durability. Small buffers make a new session cheaper, and without
/// autovacuum the tests have the processor.
const std::vector<std::string> not_durable{"-c", "fsync=off",          "-c", "full_page_writes=off",
                                           "-c", "wal_level=minimal",  "-c", "max_wal_senders=0",
                                           "-c", "max_wal_size=4GB",   "-c", "autovacuum=off",
                                           "-c", "shared_buffers=16MB"};

} // namespace

std::string no_postgres_because() {
  if (postgres_program("initdb").empty())
    return "PostgreSQL's server is not installed (Debian: apt install postgresql)";
  if (::geteuid() == 0 && ::getpwnam("postgres") == nullptr)
    return "root can't run PostgreSQL, and there is no user postgres to run it as";
  return {};
}

bool postgres_can_run() {
  return server_can_run(no_postgres_because());
}

postgres& shared_postgres() {
  static postgres server{durability::none};
  return server;
}

postgres::postgres(durability how, std::vector<std::string> settings)
    : durability_{how}, settings_{std::move(settings)} {
  create_files();
  start();
}

postgres::~postgres() {
  if (!server_)
    return;
  resume();
  server_->signal(SIGQUIT);
  server_->wait(patience);
}

void postgres::create_files() {
  run_to_end({.arguments = {find_program("cp"), "-r", "--preserve=mode", initial_database(),
                            folder_ / "data"},
              .environment = minimal_environment()});
  give_to_postgres(folder_);
}

command postgres::server_command(std::vector<std::string> arguments) const {
  return as_postgres({.arguments = std::move(arguments),
                      .environment = minimal_environment(),
                      .output = folder_ / "log",
                      .errors = folder_ / "log",
                      .on_parent_death = SIGQUIT});
}

void postgres::start() {
  const bool first = port_ == 0;
  // Another process may take a free port before the server does.
  for (int tries = 0; tries < 5; ++tries) {
    if (first)
      port_ = free_port();
    if (try_to_start())
      return;
    if (!first || log().find("could not bind") == std::string::npos)
      break;
  }
  throw std::runtime_error{"PostgreSQL did not start: " + log()};
}

bool postgres::try_to_start() {
  std::vector<std::string> arguments{postgres_program("postgres"),
                                     "-D",
                                     folder_ / "data",
                                     "-c",
                                     "listen_addresses=127.0.0.1",
                                     "-c",
                                     "port=" + std::to_string(port_),
                                     "-c",
                                     "unix_socket_directories=" + folder_.path().string(),
                                     "-c",
                                     "max_connections=40"};
  if (durability_ == durability::none)
    arguments.insert(arguments.end(), not_durable.begin(), not_durable.end());
  for (const auto& each : settings_)
    arguments.insert(arguments.end(), {"-c", each});
  server_.emplace(server_command(std::move(arguments)));
  return eventually([&] { return answers() || !server_->running(); }, patience)
         && server_->running();
}

/// The server writes its state to the eighth line of postmaster.pid; the first one is its process.
bool postgres::answers() const {
  std::istringstream lines{file_text(folder_ / "data/postmaster.pid")};
  std::string line, first;
  std::getline(lines, first);
  for (int i = 0; i < 7; ++i)
    std::getline(lines, line);
  return line.starts_with("ready") && first == std::to_string(server_->pid());
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
  // Several at once, more each time, since psql takes longer to start than to create a database.
  if (unused_.empty()) {
    std::vector<std::string> statements;
    for (int count = std::min(databases_ + 1, 8); count > 0; --count) {
      unused_.push_back("test_" + std::to_string(++databases_));
      // A copy of the files is faster here than a copy through the WAL.
      statements.push_back("CREATE DATABASE " + unused_.back() + " STRATEGY file_copy");
    }
    psql(url(), statements);
  }
  const auto name = unused_.back();
  unused_.pop_back();
  return url(name);
}

std::string postgres::sql(const std::string& database_url, const std::string& statements) const {
  return psql(database_url, {statements});
}

} // namespace volumeviz::support
