#include "persistence/session.hpp"

#include "persistence/file_trouble.hpp"
#include "persistence/second_connection.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <utility>

namespace volumeviz::persistence {

namespace {

using std::chrono::milliseconds;

/// Labels may hold secrets, so a folder that is made here is not for everyone.
void make_folder(const std::filesystem::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0750) == 0 || errno != ENOENT)
    return; // what is wrong, if anything, shows when the file is opened
  make_folder(folder.parent_path());
  ::mkdir(folder.c_str(), 0750);
}

/// Which file a path names: device and inode, zeros for none.
std::pair<dev_t, ino_t> file_at(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? std::pair{found.st_dev, found.st_ino}
                                           : std::pair<dev_t, ino_t>{};
}

std::string sqlite_uri(const address& where, session::purpose why) {
  if (where.path == in_memory)
    return in_memory;
  // A URI, since a path with a blank or '=' would be taken apart by SOCI.
  return "file:" + percent_encoded(where.path, "/")
         + "?mode=" + (why == session::purpose::write ? "rwc" : "rw");
}

std::string postgresql_uri(const address& where, milliseconds limit) {
  if (where.connection.find("connect_timeout=") != std::string::npos)
    return where.connection;
  const auto whole_seconds =
      std::max<std::int64_t>(2, (limit.count() + 999) / 1000); // libpq knows no less than 2
  return where.connection + "&connect_timeout=" + std::to_string(whole_seconds);
}

} // namespace

struct session::implementation {
  soci::postgresql_session_backend& postgresql() {
    return *static_cast<soci::postgresql_session_backend*>(sql.get_backend());
  }
  sqlite_api::sqlite3* sqlite() {
    return static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
  }

  /// The one place where SOCI's exceptions become ours.
  template <class Work>
  auto guarded(Work&& work) {
    try {
      return work();
    } catch (const soci::postgresql_soci_error& e) {
      throw overdue ? too_slow() : postgresql_error(e.sqlstate(), e.get_error_message(), role());
    } catch (const soci::sqlite3_soci_error& e) {
      const int extended =
          sql.get_backend() ? sqlite_api::sqlite3_extended_errcode(sqlite()) : e.result();
      throw overdue ? too_slow()
                    : sqlite_error(e.result(), extended, e.get_error_message(), where.path);
    } catch (const soci::soci_error& e) {
      throw overdue ? too_slow() : postgresql_error({}, e.get_error_message());
    }
  }

  implementation(const address& where_, purpose why, milliseconds limit_)
      : where{where_}, limit{limit_} {
    guarded([&] {
      if (where.kind == dialect::sqlite)
        open_sqlite(why);
      else
        open_postgresql(why);
    });
  }

  std::string role() {
    return sql.get_backend() && postgresql().conn_ ? PQuser(postgresql().conn_) : std::string{};
  }

  sql_error too_slow() const {
    if (where.kind == dialect::sqlite)
      return {trouble::away, "no answer within " + std::to_string(limit.count())
                                 + " ms, the call was given up: " + lock_holders_of(where.path)};
    return {
        trouble::away,
        "no answer within " + std::to_string(limit.count())
            + " ms, the call was given up: the server hangs, is overloaded or can't be reached"};
  }

  void open_postgresql(purpose why) {
    sql.open(soci::postgresql, postgresql_uri(where, limit));
    // libpq would print the server's notices to standard error.
    PQsetNoticeProcessor(
        postgresql().conn_, [](void*, const char*) {}, nullptr);
    const auto ms = std::to_string(limit.count());
    // Compiling a query of a few milliseconds to machine code (jit) takes longer than running it.
    script("SET client_min_messages = warning; SET jit = off; SET statement_timeout = " + ms
           + "; SET lock_timeout = "
           + std::to_string(std::max<std::int64_t>(1, limit.count() * 2 / 5))
           + "; SET idle_in_transaction_session_timeout = " + std::to_string(limit.count() * 2)
           + keepalives(why));
    pid = std::atoi(ask("SELECT pg_backend_pid()").c_str());
    // Behind a pool it would stay on in a session that others get.
    if (why == purpose::read && !pooled())
      script("SET default_transaction_read_only = on");
    if (why == purpose::write)
      notice_dead_clients_at_work();
  }

  /// The server's: how soon it frees the locks of a client whose machine vanished, so that another
  /// node can take over. Unix sockets need none and ignore them.
  static std::string keepalives(purpose why) {
    if (why == purpose::write)
      return "; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET "
             "tcp_keepalives_count = 3; SET tcp_user_timeout = 10000";
    return "; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET "
           "tcp_keepalives_count = 3";
  }

  /// A server at work on a statement, or waiting for a row's lock, does not look at its client.
  void notice_dead_clients_at_work() {
    try {
      script("SET client_connection_check_interval = 2000");
    } catch (const sql_error&) {
      // Not every system can tell; then the end of the statement does.
    }
  }

  bool pooled() { return pid != 0 && PQbackendPID(postgresql().conn_) != pid; }

  void open_sqlite(purpose why) {
    std::error_code ignored;
    if (why == purpose::write)
      make_folder(std::filesystem::path{where.path}.parent_path());
    else if (!std::filesystem::exists(where.path, ignored))
      throw sql_error{trouble::schema,
                      "there is no file " + where.path
                          + " yet: start the node, or run 'volumeviz-events migrate'"};
    sql.open(soci::sqlite3, sqlite_uri(where, why));
    // Below the limit, so that a lock is what the failure names.
    script("PRAGMA busy_timeout = " + std::to_string(limit.count() * 4 / 5)
           + "; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL");
    if (why == purpose::read)
      script("PRAGMA query_only = ON");
    if (why == purpose::write)
      use_wal();
    file = file_at(where.path);
  }

  /// With WAL, readers and the writer never wait for each other. Switching a file over ignores
  /// busy_timeout.
  void use_wal() {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
      try {
        std::string mode;
        sql << "PRAGMA journal_mode = WAL", soci::into(mode);
        return;
      } catch (const soci::sqlite3_soci_error& e) {
        if (e.result() != SQLITE_BUSY || std::chrono::steady_clock::now() >= deadline)
          throw;
        std::this_thread::sleep_for(milliseconds{10});
      }
    }
  }

  /// Through the driver itself: SOCI would run the first statement only (SQLite).
  /// The last statement's command tag, from PostgreSQL.
  std::string script(const std::string& text) {
    ++statements;
    if (where.kind == dialect::sqlite) {
      const int code = sqlite_api::sqlite3_exec(sqlite(), text.c_str(), nullptr, nullptr, nullptr);
      if (code != SQLITE_OK)
        throw overdue ? too_slow()
                      : sqlite_error(code & 0xFF, sqlite_api::sqlite3_extended_errcode(sqlite()),
                                     sqlite_api::sqlite3_errmsg(sqlite()), where.path);
      return {};
    }
    return PQcmdStatus(run(text).get());
  }

  /// The first value of the last statement, from PostgreSQL.
  std::string ask(const std::string& text) {
    ++statements;
    const auto answer = run(text);
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : std::string{};
  }

  using answer_type = std::unique_ptr<PGresult, decltype(&PQclear)>;
  answer_type run(const std::string& text) {
    answer_type answer{PQexec(postgresql().conn_, text.c_str()), &PQclear};
    const auto status = PQresultStatus(answer.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
      return answer;
    const char* state = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
    throw overdue
        ? too_slow()
        : postgresql_error(state ? state : "08000", PQerrorMessage(postgresql().conn_), role());
  }

  address where;
  milliseconds limit;
  std::uint64_t statements = 0;
  int pid = 0; ///< PostgreSQL: of the server's process that answered first
  std::pair<dev_t, ino_t> file;
  std::atomic<bool> overdue = false;
  soci::session sql;
};

namespace {

soci::indicator indicator_of(const parameter& value) {
  return value.kind == parameter::type::time && value.value.empty() ? soci::i_null : soci::i_ok;
}

/// One execution without preparing: on PostgreSQL a single round trip.
struct one_time_statement {
  one_time_statement(soci::session& sql, const std::string& text, const parameters& values,
                     std::size_t columns)
      : statement{sql}, out(columns), out_null(columns), in_null(values.size()) {
    statement.alloc();
    for (std::size_t i = 0; i < columns; ++i)
      statement.exchange(soci::into(out[i], out_null[i]));
    for (std::size_t i = 0; i < values.size(); ++i) {
      in_null[i] = indicator_of(values[i]);
      statement.exchange(soci::use(values[i].value, in_null[i], values[i].name));
    }
    statement.prepare(text, soci::details::st_one_time_query);
    statement.define_and_bind();
  }

  text_row row() const {
    text_row result = out;
    for (std::size_t i = 0; i < result.size(); ++i)
      if (out_null[i] == soci::i_null)
        result[i].clear();
    return result;
  }

  soci::statement statement;
  std::vector<std::string> out;
  std::vector<soci::indicator> out_null, in_null;
};

} // namespace

session::session(const address& where, purpose why, milliseconds limit)
    : impl_{std::make_unique<implementation>(where, why, limit)} {
}

session::~session() = default;

dialect session::kind() const noexcept {
  return impl_->where.kind;
}

std::uint64_t session::statements() const noexcept {
  return impl_->statements;
}

bool session::lost_its_file() const noexcept {
  return kind() == dialect::sqlite && file_at(impl_->where.path) != impl_->file;
}

std::vector<text_row> session::query(const std::string& sql, const parameters& values,
                                     std::size_t columns) {
  return impl_->guarded([&] {
    ++impl_->statements;
    one_time_statement running{impl_->sql, sql, values, columns};
    std::vector<text_row> rows;
    for (bool more = running.statement.execute(true); more; more = running.statement.fetch())
      rows.push_back(running.row());
    return rows;
  });
}

std::int64_t session::execute(const std::string& sql, const parameters& values) {
  return impl_->guarded([&] {
    ++impl_->statements;
    one_time_statement running{impl_->sql, sql, values, 0};
    running.statement.execute(true);
    return static_cast<std::int64_t>(running.statement.get_affected_rows());
  });
}

void session::script(const std::string& sql) {
  impl_->guarded([&] { impl_->script(sql); });
}

bool session::pooled() const noexcept {
  return kind() == dialect::postgresql && impl_->pooled();
}

bool session::keeps_its_backend() {
  if (!pooled())
    return true;
  return impl_->guarded([&] {
    const auto mine = [&] { return impl_->ask("SELECT pg_backend_pid()"); };
    const auto before = mine();
    const second_connection other{postgresql_uri(impl_->where, impl_->limit)};
    const auto theirs = other.backend_pid();
    return theirs.empty() || (theirs != before && mine() == before);
  });
}

std::string session::begin_and_ask(const std::string& select) {
  return impl_->guarded([&] { return impl_->ask("BEGIN; " + select); });
}

void session::begin() {
  script(kind() == dialect::sqlite ? "BEGIN IMMEDIATE" : "BEGIN");
}

void session::commit() {
  const auto tag = impl_->guarded([&] { return impl_->script("COMMIT"); });
  // A transaction in which something had failed is rolled back by COMMIT, with success.
  if (kind() == dialect::postgresql && tag != "COMMIT")
    throw sql_error{trouble::away, "the server rolled back instead of committing"};
}

void session::rollback() noexcept {
  try {
    script("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite may have rolled back already; a broken connection has no transaction.
  }
}

void session::interrupt() noexcept {
  impl_->overdue = true;
  if (impl_->where.kind == dialect::sqlite)
    sqlite_api::sqlite3_interrupt(impl_->sqlite());
  else if (const int fd = PQsocket(impl_->postgresql().conn_); fd >= 0)
    ::shutdown(fd, SHUT_RDWR);
}

struct session::prepared::implementation {
  session::implementation& owner;
  parameters values;
  std::vector<soci::indicator> nulls;
  soci::statement statement;
};

session::prepared::prepared(session& owner, const std::string& sql, parameters values)
    : impl_{new implementation{
        *owner.impl_, std::move(values), {}, soci::statement{owner.impl_->sql}}} {
  impl_->nulls.resize(impl_->values.size());
  impl_->owner.guarded([&] {
    impl_->statement.alloc();
    for (std::size_t i = 0; i < impl_->values.size(); ++i)
      impl_->statement.exchange(
          soci::use(impl_->values[i].value, impl_->nulls[i], impl_->values[i].name));
    impl_->statement.prepare(sql);
    impl_->statement.define_and_bind();
  });
}

session::prepared::~prepared() = default;

std::int64_t session::prepared::execute(const std::vector<std::string>& values) {
  return impl_->owner.guarded([&] {
    ++impl_->owner.statements;
    for (std::size_t i = 0; i < values.size(); ++i) {
      impl_->values[i].value = values[i];
      impl_->nulls[i] = indicator_of(impl_->values[i]);
    }
    impl_->statement.execute(true);
    return static_cast<std::int64_t>(impl_->statement.get_affected_rows());
  });
}

} // namespace volumeviz::persistence
