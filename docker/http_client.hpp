#pragma once

#include "docker/client.hpp"
#include "docker/session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::docker {

/// The client of a real daemon.
class http_client final : public client {
public:
  http_client(address where, std::shared_ptr<deadline_keeper> keeper);

  result<daemon_identity> identify(deadline limit) override;
  result<volume_listing> list_volumes(deadline limit) override;
  /// `image` is as in an inspect: where the list has only an id, because the tag has moved to
  /// another image, the container is inspected, once in its life.
  result<container_listing> list_containers(deadline limit) override;
  result<std::optional<volume>> inspect_volume(const std::string& name, deadline limit) override;
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     deadline limit) override;
  /// Gets events of all types: their number shows whether the daemon's ring still holds all. If
  /// that is too long (labels of a megabyte on containers with health checks), gets only the events
  /// that are needed.
  result<past_events> events_between(timestamp since, timestamp until, deadline limit) override;
  void stop() noexcept override;

private:
  /// Nothing when the daemon says that the resource does not exist.
  result<std::optional<std::string>> inspect(const std::string& what, const std::string& path,
                                             std::string_view no_such, session::time_point until);
  void name_images(packed_list<container>& containers, const std::vector<std::string>& unnamed,
                   session::time_point until);

  bool failed_recently(const std::string& id);

  session session_;
  std::optional<std::uint64_t> events_connection_; ///< of the last answer of events_between
  std::map<std::string, std::string> image_names_; ///< by container id, for name_images
  std::map<std::string, session::time_point>
      retry_at_; ///< likewise, after an inspect without an answer
};

} // namespace volumeviz::docker
