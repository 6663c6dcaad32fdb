#include "identity/revocation_list.hpp"

#include <sys/stat.h>
#include <utility>

namespace volumeviz::identity {

revocation_list::revocation_list(std::string path, std::function<void(const std::string&)> trouble)
    : path_(std::move(path)), trouble_(std::move(trouble)) {
}

revocation_list::version revocation_list::version_now() const {
  struct stat about {};
  if (::stat(path_.c_str(), &about) != 0)
    return {};
  return {about.st_ino, about.st_size, about.st_ctim};
}

bool revocation_list::has(const std::string& fingerprint) {
  const std::lock_guard lock(mutex_);
  const auto now = version_now();
  if (!std::exchange(read_, true) || !(now == seen_)) {
    seen_ = now;
    if (auto found = read_revoked(path_))
      revoked_ = std::move(*found);
    else
      trouble_(found.error());
  }
  return revoked_.contains(fingerprint);
}

} // namespace volumeviz::identity
