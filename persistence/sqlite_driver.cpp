#include "persistence/driver.hpp"
#include "persistence/file_trouble.hpp"
#include "text/percent.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <sys/stat.h>
#include <thread>
#include <utility>

namespace volumeviz::persistence {

namespace {

using std::chrono::milliseconds;

/// Creates a folder and its parents. Labels may hold secrets, so others get no access.
void make_folder(const std::filesystem::path& folder) {
  if (folder.empty() || ::mkdir(folder.c_str(), 0750) == 0 || errno != ENOENT)
    return; // opening the file reports what is wrong, if anything
  make_folder(folder.parent_path());
  ::mkdir(folder.c_str(), 0750);
}

/// Device and inode of the file at this path; zeros when there is no file.
std::pair<dev_t, ino_t> file_at(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? std::pair{found.st_dev, found.st_ino}
                                           : std::pair<dev_t, ino_t>{};
}

std::string uri_of(const address& where, session::purpose why) {
  if (where.path == in_memory)
    return in_memory;
  // SOCI splits a plain path at blanks and at '='.
  return "file:" + text::percent_encode(where.path, "/")
         + "?mode=" + (why == session::purpose::write ? "rwc" : "rw");
}

class sqlite_driver final : public driver {
public:
  using driver::driver;

  void open(session::purpose why) override {
    const auto& path = where().path;
    std::error_code ignored;
    if (why == session::purpose::write)
      make_folder(std::filesystem::path{path}.parent_path());
    else if (!std::filesystem::exists(path, ignored))
      throw sql_error{trouble::schema,
                      "there is no file " + path
                          + " yet: start the node, or run 'volumeviz-events migrate'"};
    sql().open(soci::sqlite3, uri_of(where(), why));
    // Below the limit of the call, so that the error names the lock.
    script("PRAGMA busy_timeout = " + std::to_string(limit().count() * 4 / 5)
           + "; PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL");
    if (why == session::purpose::read)
      script("PRAGMA query_only = ON");
    if (why == session::purpose::write)
      use_wal();
    file_ = file_at(path);
  }

  void script(const std::string& text) override {
    count_statement();
    const int code = sqlite_api::sqlite3_exec(handle(), text.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
      throw interrupted()
          ? too_slow()
          : sqlite_error(code & 0xFF, sqlite_api::sqlite3_extended_errcode(handle()),
                         sqlite_api::sqlite3_errmsg(handle()), where().path);
  }

  void run(const std::vector<queued_statement>&) override {
    throw std::logic_error{"SQLite runs one statement at a time"};
  }

  sql_error translated(const soci::soci_error& error) override {
    if (interrupted())
      return too_slow();
    const auto* known = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    if (known == nullptr)
      return soci_failure(error.get_error_message());
    const int extended = sql().get_backend() != nullptr
                             ? sqlite_api::sqlite3_extended_errcode(handle())
                             : known->result();
    return sqlite_error(known->result(), extended, error.get_error_message(), where().path);
  }

  bool lost_its_file() const noexcept override { return file_at(where().path) != file_; }

protected:
  void interrupt_statement() noexcept override { sqlite_api::sqlite3_interrupt(handle()); }

  std::string reasons_to_be_slow() const override { return lock_holders_of(where().path); }

private:
  sqlite_api::sqlite3* handle() {
    return static_cast<soci::sqlite3_session_backend*>(sql().get_backend())->conn_;
  }

  /// With WAL, readers and the writer never wait for each other. The switch to WAL ignores
  /// busy_timeout, so it is repeated here.
  void use_wal() {
    const auto deadline = std::chrono::steady_clock::now() + limit();
    for (;;) {
      try {
        std::string mode;
        sql() << "PRAGMA journal_mode = WAL", soci::into(mode);
        return;
      } catch (const soci::sqlite3_soci_error& e) {
        if (e.result() != SQLITE_BUSY || std::chrono::steady_clock::now() >= deadline)
          throw;
        std::this_thread::sleep_for(milliseconds{10});
      }
    }
  }

  std::pair<dev_t, ino_t> file_; ///< the file that was opened
};

} // namespace

std::unique_ptr<driver> make_sqlite_driver(const address& where, milliseconds limit) {
  return std::make_unique<sqlite_driver>(where, limit);
}

} // namespace volumeviz::persistence
