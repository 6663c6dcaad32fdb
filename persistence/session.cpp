#include "persistence/session.hpp"

#include "persistence/driver.hpp"

#include <utility>

namespace volumeviz::persistence {

namespace {

/// What is queued beyond this is sent before: while the server sends an answer that the client
/// does not read, it reads no more statements.
constexpr std::size_t queued_bytes_most = 64 * 1024;

constexpr const char* begin_sql = "BEGIN";

/// Runs `work`; the one place where SOCI's exceptions become ours.
template <class Work>
auto guarded(driver& on, Work work) {
  try {
    return work();
  } catch (const soci::soci_error& e) {
    throw on.translated(e);
  }
}

soci::indicator indicator_of(const parameter& value) {
  return value.kind == parameter::type::time && value.value.empty() ? soci::i_null : soci::i_ok;
}

/// A statement that is executed once, without preparing: a single round trip on PostgreSQL.
struct one_time_statement {
  one_time_statement(soci::session& sql, const std::string& text, const parameters& values,
                     std::size_t columns)
      : statement{sql}, out(columns), viewed(columns), out_null(columns), in_null(values.size()) {
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

  row_view view() {
    for (std::size_t i = 0; i < out.size(); ++i)
      viewed[i] = out_null[i] == soci::i_null ? std::string_view{} : out[i];
    return viewed;
  }

  soci::statement statement;
  std::vector<std::string> out;
  std::vector<std::string_view> viewed;
  std::vector<soci::indicator> out_null, in_null;
};

} // namespace

session::session(const address& where, purpose why, std::chrono::milliseconds limit)
    : driver_{where.kind == dialect::sqlite ? make_sqlite_driver(where, limit)
                                            : make_postgresql_driver(where, limit)} {
  guarded(*driver_, [&] { driver_->open(why); });
}

session::~session() = default;

dialect session::kind() const noexcept {
  return driver_->where().kind;
}

std::uint64_t session::statements() const noexcept {
  return driver_->statements();
}

bool session::lost_its_file() const noexcept {
  return driver_->lost_its_file();
}

std::vector<text_row> session::query(const std::string& sql, const parameters& values,
                                     std::size_t columns) {
  flush();
  return guarded(*driver_, [&] {
    driver_->count_statement();
    one_time_statement running{driver_->sql(), sql, values, columns};
    std::vector<text_row> rows;
    for (bool more = running.statement.execute(true); more; more = running.statement.fetch())
      rows.push_back(running.row());
    return rows;
  });
}

void session::each_row(const std::string& sql, const parameters& values, std::size_t columns,
                       std::function<void(row_view)> visit) {
  queue({.sql = sql, .values = values, .columns = columns, .each = std::move(visit)});
  flush();
}

std::int64_t session::execute(const std::string& sql, const parameters& values) {
  flush();
  return guarded(*driver_, [&] {
    driver_->count_statement();
    one_time_statement running{driver_->sql(), sql, values, 0};
    running.statement.execute(true);
    return static_cast<std::int64_t>(running.statement.get_affected_rows());
  });
}

void session::script(const std::string& sql) {
  flush();
  driver_->script(sql);
}

void session::queue(queued_statement x) {
  if (kind() == dialect::sqlite) {
    run_now(x);
    return;
  }
  auto bytes = x.sql.size();
  for (const auto& value : x.values)
    bytes += value.value.size();
  if (queued_bytes_ + bytes > queued_bytes_most)
    flush();
  queued_bytes_ += bytes;
  queued_.push_back(std::move(x));
}

void session::run_now(const queued_statement& x) {
  guarded(*driver_, [&] {
    driver_->count_statement();
    one_time_statement running{driver_->sql(), x.sql, x.values, x.columns};
    std::vector<text_row> rows;
    for (bool more = running.statement.execute(true); more; more = running.statement.fetch()) {
      if (x.each)
        x.each(running.view());
      else
        rows.push_back(running.row());
    }
    if (x.answered)
      x.answered(std::move(rows));
  });
}

void session::flush() {
  if (queued_.empty())
    return;
  queued_bytes_ = 0;
  driver_->run(std::exchange(queued_, {}));
}

bool session::pooled() const noexcept {
  return driver_->pooled();
}

bool session::keeps_its_backend() {
  return driver_->keeps_its_backend();
}

void session::begin() {
  if (kind() == dialect::sqlite)
    script("BEGIN IMMEDIATE");
  else
    queue({.sql = begin_sql});
}

/// The server makes one transaction of all statements in a round trip, unless they begin one. It
/// commits when it has run the last.
bool session::transaction_is_queued() const {
  return !queued_.empty() && queued_.front().sql == begin_sql;
}

void session::commit() {
  if (kind() == dialect::sqlite) {
    script("COMMIT");
    return;
  }
  if (transaction_is_queued())
    queued_.erase(queued_.begin());
  else
    queue({.sql = "COMMIT", .tag = "COMMIT"});
  flush();
}

void session::rollback() noexcept {
  queued_.clear();
  queued_bytes_ = 0;
  try {
    script("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite may have rolled back already; a broken connection has no transaction.
  }
}

void session::interrupt() noexcept {
  driver_->interrupt();
}

struct session::prepared::implementation {
  driver& owner;
  parameters values;
  std::vector<soci::indicator> nulls;
  soci::statement statement;
};

session::prepared::prepared(session& owner, const std::string& sql, parameters values)
    : impl_{new implementation{
        *owner.driver_, std::move(values), {}, soci::statement{owner.driver_->sql()}}} {
  impl_->nulls.resize(impl_->values.size());
  guarded(impl_->owner, [&] {
    impl_->statement.alloc();
    for (std::size_t i = 0; i < impl_->values.size(); ++i)
      impl_->statement.exchange(
          soci::use(impl_->values[i].value, impl_->nulls[i], impl_->values[i].name));
    impl_->statement.prepare(sql);
    impl_->statement.define_and_bind();
  });
}

session::prepared::~prepared() = default;

session::prepared& session::kept(const std::string& sql, const parameters& values) {
  auto& known = kept_[sql];
  if (!known)
    known = std::make_unique<prepared>(*this, sql, values);
  return *known;
}

std::int64_t session::prepared::execute(const std::vector<std::string>& values) {
  return guarded(impl_->owner, [&] {
    impl_->owner.count_statement();
    for (std::size_t i = 0; i < values.size(); ++i) {
      impl_->values[i].value = values[i];
      impl_->nulls[i] = indicator_of(impl_->values[i]);
    }
    impl_->statement.execute(true);
    return static_cast<std::int64_t>(impl_->statement.get_affected_rows());
  });
}

} // namespace volumeviz::persistence
