#pragma once

#include "docker/client.hpp"
#include "docker/session.hpp"

#include <map>

namespace volumeviz::docker {

/// The client that asks a real daemon.
class http_client final : public client {
public:
  http_client(address where, std::shared_ptr<deadline_keeper> keeper);

  result<daemon_identity> identify(deadline limit) override;
  result<volume_listing> list_volumes(deadline limit) override;
  /// Gives `image` as an inspect would: where the list has only an id, because the tag has moved to
  /// another image, the container is inspected, once in its life.
  result<container_listing> list_containers(deadline limit) override;
  result<std::optional<volume>> inspect_volume(const std::string& name, deadline limit) override;
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     deadline limit) override;
  /// Asks for events of all types, so that their number tells whether the daemon's ring still holds
  /// all. Where that is too long, as with labels of a megabyte on containers with health checks,
  /// only for those that are needed.
  result<past_events> events_between(timestamp since, timestamp until, deadline limit) override;
  void stop() noexcept override;

private:
  /// Nothing when the daemon says that there is no such thing.
  result<std::optional<std::string>> inspect(const std::string& what, const std::string& path,
                                             std::string_view no_such, session::time_point until);
  void name_images(std::vector<container>& containers, const std::vector<std::size_t>& unnamed,
                   session::time_point until);

  bool asked_in_vain_lately(const std::string& id);

  session session_;
  std::map<std::string, std::string> image_names_;       ///< by container id, for name_images
  std::map<std::string, session::time_point> ask_again_; ///< likewise, of those without an answer
};

} // namespace volumeviz::docker
