#include "persistence/postgresql_pipeline.hpp"

#include "runtime/invariant.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace volumeviz::persistence {

namespace {

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_name(char c) {
  return begins_name(c) || (c >= '0' && c <= '9');
}

/// The end of a literal or quoted name that begins at `from`.
std::size_t end_of_quoted(const std::string& sql, std::size_t from) {
  const auto end = sql.find(sql[from], from + 1);
  return end == std::string::npos ? sql.size() : end + 1;
}

std::vector<text_row> rows_of(const PGresult* answer) {
  std::vector<text_row> rows;
  const auto count = PQntuples(answer), columns = PQnfields(answer);
  rows.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    auto& row = rows.emplace_back();
    for (int c = 0; c < columns; ++c)
      row.emplace_back(PQgetvalue(answer, i, c),
                       static_cast<std::size_t>(PQgetlength(answer, i, c)));
  }
  return rows;
}

void visit(const PGresult* answer, const std::function<void(row_view)>& each) {
  const auto columns = PQnfields(answer);
  std::vector<std::string_view> row(static_cast<std::size_t>(columns));
  for (int i = 0; i < PQntuples(answer); ++i) {
    for (int c = 0; c < columns; ++c)
      row[static_cast<std::size_t>(c)] = {PQgetvalue(answer, i, c),
                                          static_cast<std::size_t>(PQgetlength(answer, i, c))};
    each(row);
  }
}

/// Returns an error when the server did something else than the statement asks for.
std::optional<sql_error> hand_over(const queued_statement& of, PGresult* answer) {
  // The server answers COMMIT with success and the tag ROLLBACK when a statement had failed.
  if (!of.tag.empty() && of.tag != PQcmdStatus(answer))
    return sql_error{trouble::away,
                     "the server answered " + of.tag + " with " + PQcmdStatus(answer)};
  if (of.each)
    visit(answer, of.each);
  else if (of.answered)
    of.answered(rows_of(answer));
  return {};
}

bool succeeded(const PGresult* answer) {
  const auto status = PQresultStatus(answer);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/// Puts a connection into pipeline mode, and back.
class pipeline_mode {
public:
  explicit pipeline_mode(PGconn* on) : on_{on}, entered_{PQenterPipelineMode(on) == 1} {}
  ~pipeline_mode() {
    if (entered_)
      PQexitPipelineMode(on_);
  }
  pipeline_mode(const pipeline_mode&) = delete;
  pipeline_mode& operator=(const pipeline_mode&) = delete;
  bool entered() const noexcept { return entered_; }

private:
  PGconn* on_;
  bool entered_;
};

} // namespace

positional_statement positional(const std::string& sql) {
  positional_statement result;
  for (std::size_t i = 0; i < sql.size();) {
    if (sql[i] == '\'' || sql[i] == '"') {
      const auto end = end_of_quoted(sql, i);
      result.sql.append(sql, i, end - i);
      i = end;
    } else if (sql.compare(i, 2, "::") == 0) {
      result.sql += "::";
      i += 2;
    } else if (sql[i] == ':' && i + 1 < sql.size() && begins_name(sql[i + 1])) {
      const auto from = ++i;
      while (i < sql.size() && continues_name(sql[i]))
        ++i;
      const auto name = sql.substr(from, i - from);
      auto known = std::ranges::find(result.names, name);
      if (known == result.names.end())
        known = result.names.insert(known, name);
      result.sql += '$' + std::to_string(known - result.names.begin() + 1);
    } else {
      result.sql += sql[i++];
    }
  }
  return result;
}

void postgresql_pipeline::run(PGconn* on, const std::vector<queued_statement>& all) {
  const pipeline_mode mode{on};
  if (!mode.entered())
    throw error_of_(nullptr);
  std::vector<expected> answers;
  for (const auto& x : all)
    send(on, x, answers);
  if (PQpipelineSync(on) != 1)
    throw error_of_(nullptr);
  receive(on, answers);
}

void postgresql_pipeline::send(PGconn* on, const queued_statement& x,
                               std::vector<expected>& answers) {
  auto& statement = prepared_[x.sql];
  const auto known = std::ranges::any_of(
      answers, [&](const expected& earlier) { return &earlier.what == &statement; });
  if (!statement.known_to_server && !known) {
    auto form = positional(x.sql);
    statement.name = "volumeviz_" + std::to_string(++names_);
    statement.parameters = std::move(form.names);
    if (PQsendPrepare(on, statement.name.c_str(), form.sql.c_str(), 0, nullptr) != 1)
      throw error_of_(nullptr);
    answers.push_back({statement, nullptr});
  }
  std::vector<const char*> values;
  for (const auto& name : statement.parameters) {
    const auto value = std::ranges::find(x.values, name, &parameter::name);
    invariant(value != x.values.end(), "each parameter of a statement has a value");
    const auto is_null = value->kind == parameter::type::time && value->value.empty();
    values.push_back(is_null ? nullptr : value->value.c_str());
  }
  if (PQsendQueryPrepared(on, statement.name.c_str(), static_cast<int>(values.size()),
                          values.data(), nullptr, nullptr, 0)
      != 1)
    throw error_of_(nullptr);
  answers.push_back({statement, &x});
}

/// Reads all answers, also after a failure: the connection must be left clean.
void postgresql_pipeline::receive(PGconn* on, const std::vector<expected>& answers) {
  std::optional<sql_error> why;
  for (const auto& x : answers) {
    const answer got{PQgetResult(on), &PQclear};
    if (!got)
      throw why.value_or(error_of_(nullptr));
    if (!why && !succeeded(got.get()))
      why = error_of(x, got.get());
    if (!why && x.executed == nullptr)
      x.what.known_to_server = true;
    if (!why && x.executed != nullptr)
      why = hand_over(*x.executed, got.get());
    while (answer{PQgetResult(on), &PQclear}) {
    }
  }
  const answer end{PQgetResult(on), &PQclear};
  if (why)
    throw *why;
  if (!end || PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC)
    throw error_of_(end.get());
}

sql_error postgresql_pipeline::error_of(const expected& x, const PGresult* got) const {
  auto why = error_of_(got);
  return x.executed != nullptr && x.executed->failed ? x.executed->failed(why) : why;
}

} // namespace volumeviz::persistence
