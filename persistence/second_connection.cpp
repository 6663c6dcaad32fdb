#include "persistence/second_connection.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <poll.h>

namespace volumeviz::persistence {

namespace {

using steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds patience{2000};

/// False when the connection was not ready in time.
bool wait_for(PGconn* on, short events, steady::time_point until) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - steady::now()).count();
  pollfd one{.fd = PQsocket(on), .events = events, .revents = 0};
  return left > 0 && one.fd >= 0 && ::poll(&one, 1, static_cast<int>(left)) > 0;
}

bool connect(PGconn* on, steady::time_point until) {
  if (PQstatus(on) == CONNECTION_BAD)
    return false;
  for (auto next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK; next = PQconnectPoll(on))
    if (next == PGRES_POLLING_FAILED
        || !wait_for(on, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, until))
      return false;
  return true;
}

std::string pid_in_transaction(PGconn* on, steady::time_point until) {
  if (PQsendQuery(on, "BEGIN; SELECT pg_backend_pid()") != 1)
    return {};
  std::string pid;
  for (;;) {
    while (PQisBusy(on) == 1)
      if (!wait_for(on, POLLIN, until) || PQconsumeInput(on) != 1)
        return {};
    const std::unique_ptr<PGresult, decltype(&PQclear)> answer{PQgetResult(on), &PQclear};
    if (!answer)
      return pid;
    if (PQntuples(answer.get()) > 0)
      pid = PQgetvalue(answer.get(), 0, 0);
  }
}

} // namespace

struct second_connection::implementation {
  std::unique_ptr<PGconn, decltype(&PQfinish)> on;
};

second_connection::second_connection(const std::string& uri)
    : impl_{new implementation{{PQconnectStart(uri.c_str()), &PQfinish}}} {
  const auto until = steady::now() + patience;
  if (connect(impl_->on.get(), until))
    backend_pid_ = pid_in_transaction(impl_->on.get(), until);
}

second_connection::~second_connection() = default;

} // namespace volumeviz::persistence
