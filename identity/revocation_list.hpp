#pragma once

#include "identity/revocation.hpp"

#include <ctime>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <sys/types.h>

namespace volumeviz::identity {

/// The list of revoked certificates as its file has it now. While the file can't be read, what it
/// had last holds. Thread-safe.
class revocation_list {
public:
  /// `trouble`: told why the file can't be used, once for each change of it.
  revocation_list(std::string path, std::function<void(const std::string& why)> trouble);

  /// Whether the certificate with this fingerprint is revoked. Asks the file system whether the
  /// file has changed, and reads it then.
  bool has(const std::string& fingerprint);

private:
  /// Of the file's last change: what tells one version of it from another.
  struct version {
    ino_t inode = 0;
    off_t size = -1;
    timespec changed{};
    friend bool operator==(const version& a, const version& b) {
      return a.inode == b.inode && a.size == b.size && a.changed.tv_sec == b.changed.tv_sec
             && a.changed.tv_nsec == b.changed.tv_nsec;
    }
  };
  version version_now() const;

  const std::string path_;
  const std::function<void(const std::string&)> trouble_;
  std::mutex mutex_;
  bool read_ = false;
  version seen_;
  std::set<std::string> revoked_;
};

} // namespace volumeviz::identity
