#include "tests/support/initial_database.hpp"

#include "tests/support/postgres_programs.hpp"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::support {

namespace {

namespace fs = std::filesystem;

/// Held by one process at a time, until the object or the process ends.
class file_lock {
public:
  explicit file_lock(const fs::path& file)
      : descriptor_{::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)} {
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX) != 0)
      throw std::system_error{errno, std::generic_category(), "can't lock " + file.string()};
  }
  ~file_lock() { ::close(descriptor_); }
  file_lock(const file_lock&) = delete;
  file_lock& operator=(const file_lock&) = delete;

private:
  int descriptor_;
};

void make_files(const fs::path& files) {
  const scratch_folder folder;
  give_to_postgres(folder);
  run_to_end(as_postgres(
      {.arguments = {postgres_program("initdb"), "-D", folder / "data", "-U", "postgres", "-A",
                     "trust", "-E", "UTF8", "--no-locale", "--no-sync"},
       .environment = minimal_environment(),
       .output = folder / "log",
       .errors = folder / "log"}));
  const auto unfinished = files.string() + ".new";
  fs::remove_all(unfinished);
  run_to_end(
      {.arguments = {find_program("cp"), "-r", "--preserve=mode", folder / "data", unfinished},
       .environment = minimal_environment()});
  fs::rename(unfinished, files);
}

} // namespace

fs::path initial_database() {
  static const fs::path made = [] {
    const fs::path version{fs::path{postgres_program("initdb")}.parent_path().parent_path()};
    const auto files =
        fs::path{VOLUMEVIZ_BINARY_DIR} / ("postgresql-" + version.filename().string());
    const file_lock lock{files.string() + ".lock"};
    if (!fs::exists(files))
      make_files(files);
    return files;
  }();
  return made;
}

} // namespace volumeviz::support
