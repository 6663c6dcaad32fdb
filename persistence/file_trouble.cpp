#include "persistence/file_trouble.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::persistence {

namespace {

std::string describe_access_error(const std::string& path, int error) {
  const auto user = std::to_string(::geteuid());
  switch (error) {
  case EACCES:
  case EPERM:
    return "user " + user + " may not write to " + path
           + ": chown it to that user, run as its "
             "owner, or name another file in DATABASE_URL";
  case EROFS:
    return path
           + " is on a read-only file system: mount it writable, or name another file in "
             "DATABASE_URL";
  case ENOENT:
    return path + " does not exist and can't be created: create it, for user " + user;
  case ENOTDIR:
    return path + " is not a folder: correct DATABASE_URL";
  default:
    return path + " can't be written: " + std::generic_category().message(error);
  }
}

/// 0, or the error number.
int try_access(const std::string& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 ? 0 : errno;
}

/// The inodes of the database's files. /proc/locks names a file MAJOR:MINOR:INODE; only the inode
/// is compared, since file systems of several devices (btrfs) show another device there.
std::set<std::string> inodes_of(const std::string& path) {
  std::set<std::string> result;
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    struct stat found {};
    if (::stat((path + suffix).c_str(), &found) == 0)
      result.insert(std::to_string(found.st_ino));
  }
  return result;
}

std::string name_of(const std::string& pid) {
  std::ifstream in{"/proc/" + pid + "/comm"};
  std::string name;
  std::getline(in, name);
  return name;
}

} // namespace

std::string why_input_output_failed(const std::string& path) {
  struct statvfs found {};
  const auto folder = std::filesystem::path{path}.parent_path().string();
  // Opening a file in WAL mode creates a -shm file of 32 KiB beside it.
  if (::statvfs(folder.c_str(), &found) == 0 && found.f_bavail * found.f_frsize < 64 * 1024)
    return "the disk is full: make room on the file system of " + folder;
  return "the disk or the file system of " + folder + " fails: see the kernel's log (dmesg)";
}

std::string why_not_writable(const std::string& path) {
  const std::filesystem::path file{path};
  auto folder = file.parent_path().string();
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return path
           + " is a folder, not a file: correct DATABASE_URL, or remove it (Docker creates one "
             "for a bind mount of a missing file)";
  if (const int error = try_access(path, W_OK); error != 0 && error != ENOENT)
    return describe_access_error(path, error);
  while (folder.size() > 1 && try_access(folder, F_OK) == ENOENT)
    folder = std::filesystem::path{folder}.parent_path().string();
  if (const int error = try_access(folder, W_OK | X_OK); error != 0)
    return describe_access_error(folder, error);
  return "this user must be able to write to " + path + ", its -wal and -shm, and their folder";
}

std::string lock_holders_of(const std::string& path) {
  const auto inodes = inodes_of(path);
  const auto own = std::to_string(::getpid());
  std::set<std::string> seen;
  std::string holders;
  std::ifstream table{"/proc/locks"};
  for (std::string line; std::getline(table, line);) {
    std::istringstream words{line};
    std::string number, type, advisory, mode, pid, file;
    words >> number >> type >> advisory >> mode >> pid >> file;
    const auto inode = file.substr(file.rfind(':') + 1);
    if (mode != "WRITE" || pid == own || !inodes.contains(inode) || !seen.insert(pid).second)
      continue;
    holders += (holders.empty() ? " (process " : ", process ") + pid;
    if (const auto name = name_of(pid); !name.empty())
      holders += ", " + name;
  }
  return "another process holds a lock on " + path + (holders.empty() ? "" : holders + ")")
         + ": end it, or wait";
}

} // namespace volumeviz::persistence
