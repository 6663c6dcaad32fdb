#include "tests/simulation/history_database.hpp"

#include "tests/simulation/history_session.hpp"
#include "tests/simulation/model_daemon.hpp"
#include "tests/simulation/sqlite_rows.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace volumeviz::simulation {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t copies_kept = 9;
constexpr const char* memory = "/dev/shm";

/// Nothing here waits for a disk.
std::filesystem::path fast_folder() {
  std::error_code unknown;
  return std::filesystem::exists(memory, unknown) ? memory : std::filesystem::temp_directory_path();
}

template <class T>
T required(result<T> x) {
  if (!x)
    throw std::runtime_error(x.error().text);
  return std::move(*x);
}

persistence::database database_in(const std::string& file) {
  static const auto keeper = std::make_shared<deadline_keeper>();
  return {.url = "sqlite://" + file, .call_limit = 60s, .keeper = keeper};
}

void write_file(const std::string& to, const std::string& content) {
  std::ofstream{to, std::ios::binary} << content;
}

/// A file with the schema and nothing else. Made once: the schema takes longer than a schedule.
const std::string& empty_file() {
  static const std::string content = [] {
    const support::scratch_folder folder{fast_folder()};
    const auto file = folder / "empty.db";
    const auto made = required(persistence::open_store(database_in(file)))->ping();
    if (!made)
      throw std::runtime_error(made.error().text);
    return support::file_text(file);
  }();
  return content;
}

} // namespace

history_database::history_database(std::function<timestamp()> now, history_defects with)
    : with_(with), folder_(fast_folder()), clock_(now), where_(database_in(file())) {
  where_.now = std::move(now);
  write_file(file(), empty_file());
}

history_database::~history_database() = default;

std::shared_ptr<persistence::store> history_database::connect() {
  std::erase_if(connected_, [](const auto& x) { return x.expired(); });
  std::shared_ptr<persistence::store> real = required(persistence::open_store(where_));
  connected_.push_back(real);
  return std::make_shared<history_session>(*this, std::move(real), file(), with_);
}

persistence::history& history_database::changes() {
  if (!changes_)
    changes_ = required(persistence::open_history(where_));
  return *changes_;
}

persistence::inventory& history_database::inventory() {
  if (!inventory_)
    inventory_ = required(persistence::open_inventory(where_));
  return *inventory_;
}

persistence::session& history_database::client() const {
  if (!client_)
    client_ = std::make_unique<persistence::session>(required(persistence::parse_url(where_.url)),
                                                     persistence::session::purpose::change_nothing,
                                                     where_.call_limit);
  return *client_;
}

support::memory_rows history_database::rows_of(const std::string& host) const {
  if (!known_ || host != "h") {
    auto rows = read_rows(client(), host);
    if (host != "h")
      return rows;
    known_ = std::move(rows);
  }
  return *known_;
}

void history_database::run(const std::string& sql) {
  client().execute(sql);
}

void history_database::wrote(const std::vector<change_batch>& batches,
                             const std::vector<write_summary>& done) {
  known_.reset();
  ++commits_;
  if (with_.loses_changes && commits_ % 5 == 0)
    run("DELETE FROM changes WHERE id = (SELECT max(id) FROM changes)");
  if (with_.takes_intervals_for_moments)
    run("UPDATE changes SET not_before = at WHERE source = 'reconciliation' AND not_before < at");
  if (keeps_backups) {
    backups_.push_back({copy_of_file(), rows()});
    if (backups_.size() > copies_kept)
      backups_.pop_front();
  }
  committed(batches, done);
}

void history_database::meddle(const std::function<void(support::memory_rows&)>& how) {
  const auto before = rows();
  auto after = before;
  how(after);
  known_.reset();
  client().begin();
  write_difference(client(), "h", before, after);
  client().commit();
}

void history_database::renew_versions() {
  run("UPDATE volumes SET updated_at = updated_at");
}

void history_database::cut_connections() {
  const unreachable_file away{file()};
  for (const auto& x : connected_)
    if (const auto store = x.lock())
      static_cast<void>(store->ping());
}

void history_database::end_process() {
  cut_connections();
  connected_.clear();
  ++process_;
}

void history_database::lock() {
  cut_connections();
  if (other_)
    return;
  other_ = required(persistence::open_store(where_));
  change_batch nothing;
  nothing.host = "h";
  const auto taken = required(other_->apply({nothing}));
  if (taken.front().locked_out)
    throw std::logic_error("a connection that was cut has kept its lock");
  known_.reset();
}

void history_database::unlock() {
  other_.reset();
}

std::string history_database::copy_of_file() const {
  client().script("PRAGMA wal_checkpoint(TRUNCATE)");
  return support::file_text(file());
}

/// SQLite removes the log of a file that nobody has open any more, by its name.
void history_database::close_readers() {
  client_.reset();
  changes_.reset();
  inventory_.reset();
}

bool history_database::go_back(unsigned commits, bool, const model_daemon& daemon) {
  if (backups_.empty())
    return false;
  const auto back =
      backups_[backups_.size() - 1 - std::min<std::size_t>(commits, backups_.size() - 1)];
  if (times_have_moved(back.rows, daemon))
    return false;
  cut_connections();
  other_.reset();
  close_readers();
  known_.reset();
  for (const auto* end : {"", "-wal", "-shm"})
    std::filesystem::remove(file() + end);
  write_file(file(), back.file);
  return true;
}

bool history_database::times_have_moved(const support::memory_rows& since,
                                        const model_daemon& daemon) const {
  const auto now = rows();
  const auto moving = [](const container& c) {
    return std::tie(c.state, c.status, c.started_at, c.finished_at);
  };
  return std::ranges::any_of(since.containers, [&](const auto& x) {
    const auto row = now.containers.find(x.first);
    return row == now.containers.end() ? daemon.find_container(x.first) != nullptr
                                       : moving(row->second) != moving(x.second);
  });
}

} // namespace volumeviz::simulation
