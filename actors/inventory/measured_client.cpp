#include "actors/inventory/measured_client.hpp"

#include <chrono>
#include <utility>

namespace volumeviz {

using metrics::docker_call;

measured_client::measured_client(std::shared_ptr<docker::client> of,
                                 std::shared_ptr<metrics::catalogue> numbers)
    : client_(std::move(of)), numbers_(std::move(numbers)) {
}

template <class Call>
auto measured_client::measured(docker_call name, Call call) {
  const auto began = std::chrono::steady_clock::now();
  auto answer = call();
  const auto result = answer.has_value() ? metrics::call_result::ok : metrics::call_result::error;
  numbers_->docker.calls(name, result).observe(std::chrono::steady_clock::now() - began);
  return answer;
}

result<daemon_identity> measured_client::identify(docker::deadline limit) {
  return measured(docker_call::identify, [&] { return client_->identify(limit); });
}

result<docker::volume_listing> measured_client::list_volumes(docker::deadline limit) {
  return measured(docker_call::list, [&] { return client_->list_volumes(limit); });
}

result<docker::container_listing> measured_client::list_containers(docker::deadline limit) {
  return measured(docker_call::list, [&] { return client_->list_containers(limit); });
}

result<std::optional<volume>> measured_client::inspect_volume(const std::string& name,
                                                              docker::deadline limit) {
  return measured(docker_call::inspect, [&] { return client_->inspect_volume(name, limit); });
}

result<std::optional<container>> measured_client::inspect_container(const std::string& id,
                                                                    docker::deadline limit) {
  return measured(docker_call::inspect, [&] { return client_->inspect_container(id, limit); });
}

result<docker::past_events> measured_client::events_between(timestamp since, timestamp until,
                                                            docker::deadline limit) {
  return measured(docker_call::events,
                  [&] { return client_->events_between(since, until, limit); });
}

void measured_client::stop() noexcept {
  client_->stop();
}

} // namespace volumeviz
