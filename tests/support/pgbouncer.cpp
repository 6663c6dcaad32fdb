#include "tests/support/pgbouncer.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/postgres_programs.hpp"

#include <arpa/inet.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace volumeviz::support {

namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

bool listens(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool answers =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  ::close(descriptor);
  return answers;
}

} // namespace

pgbouncer::pgbouncer(const postgres& server, const std::string& pool_mode, const std::string& more)
    : port_{free_port()} {
  std::ofstream{folder_ / "users"} << "\"postgres\" \"never-shown\"\n";
  std::ofstream{folder_ / "pool.ini"}
      << "[databases]\n* = host=127.0.0.1 port=" << server.port()
      << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
      << "\nunix_socket_dir =\nauth_type = trust\nauth_file = " << folder_ / "users"
      << "\npool_mode = " << pool_mode << '\n'
      << more << '\n';
  give_to_postgres(folder_);
  running_.emplace(as_postgres({.arguments = {program, folder_ / "pool.ini"},
                                .environment = minimal_environment(),
                                .output = folder_ / "log",
                                .errors = folder_ / "log",
                                .on_parent_death = SIGTERM}));
  if (!eventually([&] { return listens(port_) || !running_->running(); }, std::chrono::seconds{10})
      || !running_->running())
    throw std::runtime_error{"PgBouncer did not start: " + file_text(folder_ / "log")};
}

pgbouncer::~pgbouncer() {
  running_->signal(SIGTERM);
  running_->wait(std::chrono::seconds{10});
}

std::string pgbouncer::url(const std::string& database_url) const {
  return "postgresql://postgres:never-shown@127.0.0.1:" + std::to_string(port_)
         + database_url.substr(database_url.rfind('/'));
}

bool pgbouncer_can_run() {
  return postgres_can_run()
         && server_can_run(std::filesystem::exists(program)
                               ? ""
                               : "PgBouncer is not installed (Debian: apt install pgbouncer)");
}

} // namespace volumeviz::support
