// SQLite only locks the whole file, and only while it writes. So a host's lock is one byte of the
// file PATH.lock, at the hash of the host's name. All hosts share the file, which is empty and
// stays. The locks belong to the open file (Linux' F_OFD_SETLK), so the kernel frees them when the
// process ends, for whatever reason. The database's own file is not used: its locks are SQLite's.

#include "persistence/host_locks.hpp"
#include "persistence/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::persistence {

namespace {

class sqlite_keeper final : public lock_keeper {
public:
  explicit sqlite_keeper(const std::string& database)
      : database_{database}, path_{database + ".lock"} {}
  ~sqlite_keeper() override { sqlite_keeper::session_ended(); }
  sqlite_keeper(const sqlite_keeper&) = delete;
  sqlite_keeper& operator=(const sqlite_keeper&) = delete;

  std::map<std::string, std::string> take(session&, const std::set<std::string>& hosts) override {
    std::map<std::string, std::string> refused;
    for (const auto& host : hosts)
      if (!set(F_WRLCK, host))
        refused.emplace(host, std::string{});
    return refused;
  }

  void give_back(session&, const std::string& host) override { set(F_UNLCK, host); }

  void give_all_back(session&) override { session_ended(); }

  void session_ended() override {
    if (file_ >= 0)
      ::close(file_);
    file_ = -1;
  }

private:
  bool set(short type, const std::string& host) {
    open();
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(hash_of(host) >> 2); // positive, and far from overflow
    lock.l_len = 1;
    if (::fcntl(file_, F_OFD_SETLK, &lock) == 0)
      return true;
    if (errno == EAGAIN || errno == EACCES)
      return false;
    throw failed("locking a byte of");
  }

  void open() {
    if (file_ >= 0)
      return;
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file_ < 0)
      throw failed("opening");
    // As SQLite does with its own files: a file that root creates must not lock out the owner of
    // the database.
    struct stat found {};
    if (::geteuid() == 0 && ::stat(database_.c_str(), &found) == 0)
      (void)!::fchown(file_, found.st_uid, found.st_gid);
  }

  sql_error failed(const std::string& attempted) const {
    return {trouble::away, attempted + ' ' + path_ + ": " + std::generic_category().message(errno)
                               + ": this user must be able to write it and its folder"};
  }

  std::string database_, path_;
  int file_ = -1;
};

} // namespace

std::unique_ptr<lock_keeper> make_sqlite_keeper(const std::string& path) {
  return std::make_unique<sqlite_keeper>(path);
}

} // namespace volumeviz::persistence
