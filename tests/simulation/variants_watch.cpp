// Nodes that do not watch first and then list.

#include "tests/simulation/model_stream.hpp"
#include "tests/simulation/other_client.hpp"
#include "tests/simulation/variants.hpp"

#include <optional>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

class other_overlap final : public access {
public:
  other_overlap(std::shared_ptr<model_daemon> to, milliseconds overlap)
      : access(std::move(to)), overlap_(overlap) {}
  std::unique_ptr<docker::event_stream>
  make_stream(const docker::stream_settings& settings) const override {
    auto mine = settings;
    mine.overlap = overlap_;
    return access::make_stream(mine);
  }

private:
  milliseconds overlap_;
};

variant with_overlap(std::string name, milliseconds overlap) {
  variant x;
  x.name = std::move(name);
  x.access = [overlap](const std::shared_ptr<model_daemon>& to) {
    return std::make_shared<other_overlap>(to, overlap);
  };
  return x;
}

// A beginning in the future: nothing is shown again.
constexpr milliseconds no_overlap = -24h;

/// What was listed before the stream was opened.
struct early_lists {
  std::optional<docker::volume_listing> volumes;
  std::optional<docker::container_listing> containers;
};

class early_client final : public other_client {
public:
  early_client(std::unique_ptr<docker::client> real, std::shared_ptr<early_lists> lists)
      : other_client(std::move(real)), lists_(std::move(lists)) {}
  result<docker::volume_listing> list_volumes(docker::deadline limit) override {
    if (auto early = std::exchange(lists_->volumes, std::nullopt))
      return std::move(*early);
    return real_->list_volumes(limit);
  }
  result<docker::container_listing> list_containers(docker::deadline limit) override {
    if (auto early = std::exchange(lists_->containers, std::nullopt))
      return std::move(*early);
    return real_->list_containers(limit);
  }

private:
  std::shared_ptr<early_lists> lists_;
};

class early_access final : public access {
public:
  using access::access;
  std::unique_ptr<docker::client> make_client() const override {
    return std::make_unique<early_client>(access::make_client(), lists_);
  }
  std::unique_ptr<docker::event_stream>
  make_stream(const docker::stream_settings& settings) const override {
    const auto client = access::make_client();
    if (auto x = client->list_volumes(1s))
      lists_->volumes = std::move(*x);
    if (auto x = client->list_containers(1s))
      lists_->containers = std::move(*x);
    auto mine = settings;
    mine.overlap = no_overlap;
    return access::make_stream(mine);
  }

private:
  std::shared_ptr<early_lists> lists_ = std::make_shared<early_lists>();
};

} // namespace

// The second list, a moment after the first, would repair what the stream has not shown. It is not
// needed where the API does not lag.
variant rechecks_only_lagging_keys() {
  variant x;
  x.name = "never rechecks, and the API does not lag";
  x.node = [](node_parts& parts) {
    parts.volume_limits.delayed_recheck = parts.container_limits.delayed_recheck = 0ms;
  };
  x.always = [](schedule& s) {
    s.habits.lags = false;
    s.habits.unsorted = true;
  };
  return x;
}

namespace {

/// Where much happens between the headers and the subscription, and nothing else goes wrong.
variant in_the_gap(variant x) {
  const auto base = rechecks_only_lagging_keys();
  x.node = base.node;
  x.always = [base](schedule& s) {
    base.always(s);
    std::erase_if(s.steps, [](const step& y) { return is_trouble(y.what); });
    for (std::size_t i = s.before_start; i < s.steps.size(); i += 2)
      if (s.steps[i].what != op::calm)
        s.steps[i].when = moment::in_the_gap;
  };
  return x;
}

} // namespace

variant without_since() {
  return in_the_gap(with_overlap("the subscription begins when it begins", no_overlap));
}

variant without_slack() {
  return in_the_gap(with_overlap("the subscription begins at the daemon's now", 0ms));
}

variant lists_before_it_watches() {
  variant x;
  x.name = "lists, then watches";
  x.access = [](const std::shared_ptr<model_daemon>& to) {
    return std::make_shared<early_access>(to);
  };
  return x;
}

// Podman keeps its events across restarts, so they do not reveal a restart.
variant reads_late_what_has_ended() {
  variant x;
  x.name = "reads late, and the daemon is another one by then";
  x.always = [](schedule& s) {
    s.habits.speaks = dialect::podman;
    s.steps.push_back({.what = op::calm, .before = 8s});
    s.steps.push_back({.what = op::stall_reader, .span = 9'000});
    s.steps.push_back({.what = op::restart_daemon, .a = 3, .span = 1'000, .before = 100ms});
    s.steps.push_back({.what = op::calm, .before = 8s});
  };
  return x;
}

namespace {

class standing_access final : public access {
public:
  using access::access;
  std::unique_ptr<docker::event_stream>
  make_stream(const docker::stream_settings& settings) const override {
    auto made = access::make_stream(settings);
    dynamic_cast<stream_handle&>(*made).stream->seems_to_stand = true;
    return made;
  }
};

} // namespace

variant trusts_any_daemon() {
  auto x = reads_late_what_has_ended();
  x.name = "takes an audit for a proof although its stream has ended";
  x.access = [](const std::shared_ptr<model_daemon>& to) {
    return std::make_shared<standing_access>(to);
  };
  return x;
}

} // namespace volumeviz::simulation
