#pragma once

#include "tests/simulation/world.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::simulation {

/// Forwards to a real client. Each variant changes some of the answers.
class other_client : public docker::client {
public:
  explicit other_client(std::unique_ptr<docker::client> real) : real_(std::move(real)) {}
  result<daemon_identity> identify(docker::deadline limit) override {
    return real_->identify(limit);
  }
  result<docker::volume_listing> list_volumes(docker::deadline limit) override {
    return real_->list_volumes(limit);
  }
  result<docker::container_listing> list_containers(docker::deadline limit) override {
    return real_->list_containers(limit);
  }
  result<std::optional<volume>> inspect_volume(const std::string& name,
                                               docker::deadline limit) override {
    return real_->inspect_volume(name, limit);
  }
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     docker::deadline limit) override {
    return real_->inspect_container(id, limit);
  }
  result<docker::past_events> events_between(timestamp since, timestamp until,
                                             docker::deadline limit) override {
    return real_->events_between(since, until, limit);
  }
  void stop() noexcept override { real_->stop(); }

protected:
  std::unique_ptr<docker::client> real_;
};

/// Access by such a client.
template <class Client>
class other_access final : public access {
public:
  using access::access;
  std::unique_ptr<docker::client> make_client() const override {
    return std::make_unique<Client>(access::make_client());
  }
};

template <class Client>
variant with_client(std::string name) {
  variant x;
  x.name = std::move(name);
  x.access = [](const std::shared_ptr<model_daemon>& to) {
    return std::make_shared<other_access<Client>>(to);
  };
  return x;
}

} // namespace volumeviz::simulation
