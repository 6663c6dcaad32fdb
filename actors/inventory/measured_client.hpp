#pragma once

#include "docker/client.hpp"
#include "metrics/metrics.hpp"

#include <memory>
#include <string>

namespace volumeviz {

/// A client of the daemon that counts each of its calls in the metrics, with the time it took.
class measured_client final : public docker::client {
public:
  measured_client(std::shared_ptr<docker::client> of, std::shared_ptr<metrics::catalogue> numbers);

  result<daemon_identity> identify(docker::deadline limit) override;
  result<docker::volume_listing> list_volumes(docker::deadline limit) override;
  result<docker::container_listing> list_containers(docker::deadline limit) override;
  result<std::optional<volume>> inspect_volume(const std::string& name,
                                               docker::deadline limit) override;
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     docker::deadline limit) override;
  result<docker::past_events> events_between(timestamp since, timestamp until,
                                             docker::deadline limit) override;
  void stop() noexcept override;

private:
  template <class Call>
  auto measured(metrics::docker_call name, Call call);

  std::shared_ptr<docker::client> client_;
  std::shared_ptr<metrics::catalogue> numbers_;
};

} // namespace volumeviz
