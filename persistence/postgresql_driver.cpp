#include "persistence/driver.hpp"
#include "persistence/postgresql_pipeline.hpp"
#include "persistence/second_connection.hpp"

#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <cstdlib>
#include <sys/socket.h>

namespace volumeviz::persistence {

namespace {

using std::chrono::milliseconds;

std::string with_connect_timeout(const address& where, milliseconds limit) {
  if (where.connection.find("connect_timeout=") != std::string::npos)
    return where.connection;
  // libpq takes whole seconds, and 2 at least.
  const auto seconds = std::max<std::int64_t>(2, (limit.count() + 999) / 1000);
  return where.connection + "&connect_timeout=" + std::to_string(seconds);
}

/// How soon the server frees the locks of a client whose machine vanished, so that another node can
/// take over. Unix sockets need no keepalives and ignore them.
std::string keepalives(session::purpose why) {
  if (why == session::purpose::write)
    return "; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET "
           "tcp_keepalives_count = 3; SET tcp_user_timeout = 10000";
  return "; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET "
         "tcp_keepalives_count = 3";
}

class postgresql_driver final : public driver {
public:
  using driver::driver;

  void open(session::purpose why) override {
    sql().open(soci::postgresql, with_connect_timeout(where(), limit()));
    // By default libpq prints the server's notices to standard error.
    PQsetNoticeProcessor(
        connection(), [](void*, const char*) {}, nullptr);
    const auto ms = std::to_string(limit().count());
    // jit is off: compiling a query of a few milliseconds takes longer than running it.
    script("SET client_min_messages = warning; SET jit = off; SET statement_timeout = " + ms
           + "; SET lock_timeout = "
           + std::to_string(std::max<std::int64_t>(1, limit().count() * 2 / 5))
           + "; SET idle_in_transaction_session_timeout = " + std::to_string(limit().count() * 2)
           + keepalives(why));
    first_pid_ = std::atoi(ask("SELECT pg_backend_pid()").c_str());
    // Behind a pool the setting would stay in a session that other clients get.
    if (why == session::purpose::read && !pooled())
      script("SET default_transaction_read_only = on; SET default_transaction_isolation = 'read "
             "committed'");
    if (why == session::purpose::write) {
      check_client_while_busy();
      plan_prepared_statements_once();
    }
  }

  void script(const std::string& text) override {
    count_statement();
    execute(text);
  }

  void run(const std::vector<queued_statement>& all) override {
    for (std::size_t i = 0; i < all.size(); ++i)
      count_statement();
    try {
      pipeline_.run(connection(), all);
    } catch (const sql_error& e) {
      if (e.kind() == trouble::stale_plan)
        pipeline_.forget();
      throw;
    }
  }

  sql_error translated(const soci::soci_error& error) override {
    if (interrupted())
      return too_slow();
    if (const auto* known = dynamic_cast<const soci::postgresql_soci_error*>(&error))
      return postgresql_error(known->sqlstate(), error.get_error_message(), role());
    return postgresql_error({}, error.get_error_message());
  }

  bool pooled() noexcept override {
    return first_pid_ != 0 && PQbackendPID(connection()) != first_pid_;
  }

  bool keeps_its_backend() override {
    if (!pooled())
      return true;
    // A pool in statement mode refuses this. It would not notice a transaction that begins and ends
    // in one round trip.
    script("BEGIN");
    script("COMMIT");
    const auto before = ask("SELECT pg_backend_pid()");
    const second_connection other{with_connect_timeout(where(), limit())};
    const auto& others = other.backend_pid();
    return others.empty() || (others != before && ask("SELECT pg_backend_pid()") == before);
  }

protected:
  /// Ends the connection: a server that hangs would not answer a request to cancel.
  void interrupt_statement() noexcept override {
    if (const int fd = PQsocket(connection()); fd >= 0)
      ::shutdown(fd, SHUT_RDWR);
  }

  std::string reasons_to_be_slow() const override {
    return "the server hangs, is overloaded or can't be reached";
  }

private:
  using answer_type = std::unique_ptr<PGresult, decltype(&PQclear)>;

  PGconn* connection() noexcept {
    return static_cast<soci::postgresql_session_backend*>(sql().get_backend())->conn_;
  }

  /// The role of the connection; empty when there is none.
  std::string role() {
    return sql().get_backend() != nullptr && connection() != nullptr ? PQuser(connection())
                                                                     : std::string{};
  }

  std::string ask(const std::string& text) {
    count_statement();
    const auto answer = execute(text);
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : std::string{};
  }

  answer_type execute(const std::string& text) {
    answer_type answer{PQexec(connection(), text.c_str()), &PQclear};
    const auto status = PQresultStatus(answer.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
      return answer;
    throw error_of(answer.get());
  }

  sql_error error_of(const PGresult* answer) {
    if (interrupted())
      return too_slow();
    const char* state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    return postgresql_error(state ? state : "08000", PQerrorMessage(connection()), role());
  }

  /// By default the server looks at its client only between statements, so a statement that runs,
  /// or waits for a row's lock, outlives its client.
  void check_client_while_busy() {
    try {
      script("SET client_connection_check_interval = 2000");
    } catch (const sql_error&) {
      // The server's system does not support it; the session then ends with the statement.
    }
  }

  /// A plan made for one execution's values is no better, and making it takes longer than running
  /// it.
  void plan_prepared_statements_once() {
    constexpr int first_version_with_setting = 120000;
    if (PQserverVersion(connection()) >= first_version_with_setting)
      script("SET plan_cache_mode = force_generic_plan");
  }

  int first_pid_ = 0; ///< the server's process that answered first
  postgresql_pipeline pipeline_{[this](const PGresult* answer) { return error_of(answer); }};
};

} // namespace

std::unique_ptr<driver> make_postgresql_driver(const address& where, milliseconds limit) {
  return std::make_unique<postgresql_driver>(where, limit);
}

} // namespace volumeviz::persistence
