#pragma once

#include "identity/revocation.hpp"

#include <ctime>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <sys/types.h>

namespace volumeviz::identity {

/// The list of revoked certificates in a file, always current. While the file can't be read, the
/// last list stays valid. Thread-safe.
class revocation_list {
public:
  /// Calls `trouble` with the reason when the file can't be used, once for each change of it.
  revocation_list(std::string path, std::function<void(const std::string& why)> trouble);

  /// Whether the certificate with this fingerprint is revoked. Reads the file again when it has
  /// changed.
  bool has(const std::string& fingerprint);

private:
  /// Distinguishes one version of the file from another.
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
