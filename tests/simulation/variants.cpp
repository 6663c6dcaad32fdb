#include "tests/simulation/variants.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

/// Another client behind this one's back; each variant changes some of its answers.
class other_client : public docker::client {
public:
  explicit other_client(std::unique_ptr<docker::client> real) : real_(std::move(real)) {}
  result<docker::daemon_identity> identify(docker::deadline limit) override {
    return real_->identify(limit);
  }
  result<docker::volume_listing> list_volumes(docker::deadline limit) override {
    return real_->list_volumes(limit);
  }
  result<std::vector<container>> list_containers(docker::deadline limit) override {
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
  result<std::vector<docker_event>> events_between(timestamp since, timestamp until,
                                                   docker::deadline limit) override {
    return real_->events_between(since, until, limit);
  }
  void stop() noexcept override { real_->stop(); }

protected:
  std::unique_ptr<docker::client> real_;
};

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
  std::optional<std::vector<container>> containers;
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
  result<std::vector<container>> list_containers(docker::deadline limit) override {
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

/// Answers with what it was told the time before.
class old_answers final : public other_client {
public:
  using other_client::other_client;
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     docker::deadline limit) override {
    auto now = real_->inspect_container(id, limit);
    if (!now)
      return now;
    const auto [i, is_new] = before_.try_emplace(id, *now);
    return is_new ? *now : std::exchange(i->second, *now);
  }

private:
  std::map<std::string, std::optional<container>> before_;
};

/// What could not be asked is as it was.
class optimist final : public other_client {
public:
  using other_client::other_client;
  result<std::optional<volume>> inspect_volume(const std::string& name,
                                               docker::deadline limit) override {
    return or_before(volumes_[name], real_->inspect_volume(name, limit));
  }
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     docker::deadline limit) override {
    return or_before(containers_[id], real_->inspect_container(id, limit));
  }

private:
  template <class T>
  static result<std::optional<T>> or_before(std::optional<T>& before,
                                            result<std::optional<T>> now) {
    if (now)
      before = *now;
    else if (before)
      return before;
    return now;
  }
  std::map<std::string, std::optional<volume>> volumes_;
  std::map<std::string, std::optional<container>> containers_;
};

class list_optimist final : public other_client {
public:
  using other_client::other_client;
  result<std::vector<container>> list_containers(docker::deadline limit) override {
    auto now = real_->list_containers(limit);
    if (now)
      before_ = *now;
    else if (before_)
      return *before_;
    return now;
  }

private:
  std::optional<std::vector<container>> before_;
};

class deaf_to_warnings final : public other_client {
public:
  using other_client::other_client;
  result<docker::volume_listing> list_volumes(docker::deadline limit) override {
    auto listing = real_->list_volumes(limit);
    if (listing)
      listing->warnings.clear();
    return listing;
  }
};

class pessimist final : public other_client {
public:
  using other_client::other_client;
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     docker::deadline limit) override {
    auto found = real_->inspect_container(id, limit);
    return found ? std::move(found) : result<std::optional<container>>{std::nullopt};
  }
};

class believer final : public other_client {
public:
  using other_client::other_client;
  result<std::vector<container>> list_containers(docker::deadline limit) override {
    auto listing = real_->list_containers(limit);
    if (!listing && listing.error().code == ec::docker_malformed)
      return std::vector<container>{}; // as far as it came
    return listing;
  }
};

class forgetful_store final : public persistence::store {
public:
  explicit forgetful_store(std::shared_ptr<model_store> real) : real_(std::move(real)) {}
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override {
    auto done = real_->apply(batches);
    return done ? std::move(done) : std::vector<write_summary>(batches.size());
  }
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    return real_->preview(batches);
  }
  result<void> ping() override { return real_->ping(); }

private:
  std::shared_ptr<model_store> real_;
};

} // namespace

// The second list, a moment after the first, would mend what the stream has not shown; where the
// API does not lag nobody needs it.
variant looks_once_where_nothing_lags() {
  variant x;
  x.name = "there is no second look, and no lag";
  x.node = [](node_parts& parts) {
    parts.volume_limits.second_look = parts.container_limits.second_look = 0ms;
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
  const auto base = looks_once_where_nothing_lags();
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

variant writes_old_answers() {
  return with_client<old_answers>("an answer from before its turn is written");
}

variant does_not_heed(list_reason reason) {
  variant x;
  x.name = std::string{"does not list for "} + to_string(reason);
  x.node = [reason](node_parts& parts) {
    parts.volume_limits.unheeded = parts.container_limits.unheeded = {reason};
  };
  return x;
}

variant does_not_heed_damage() {
  // The audit would find what the damaged line was about.
  auto x = never_audits_and_always_reads();
  x.name = "does not list for a damaged line, and nobody audits the stream";
  const auto others = x.node;
  x.node = [others](node_parts& parts) {
    others(parts);
    parts.volume_limits.unheeded = parts.container_limits.unheeded = {list_reason::damaged};
  };
  return x;
}

variant does_not_heed_prunes() {
  variant x;
  x.name = "does not list for a prune";
  x.daemon = [](model_daemon& daemon) { daemon.hides_prunes = true; };
  return x;
}

variant forgets_failed_looks() {
  return with_client<optimist>("what could not be looked at is as it was");
}

variant forgets_failed_lists() {
  return with_client<list_optimist>("what could not be listed is as it was");
}

variant forgets_failed_writes() {
  variant x;
  x.name = "what could not be written is written";
  x.store = [](const std::shared_ptr<model_store>& real) {
    return std::make_shared<forgetful_store>(real);
  };
  return x;
}

variant believes_partial_lists() {
  return with_client<deaf_to_warnings>("a list with warnings is a list");
}

variant takes_failures_for_404() {
  return with_client<pessimist>("what could not be looked at is gone");
}

variant believes_broken_lists() {
  return with_client<believer>("a list is complete where it breaks off");
}

variant has_a_slow_handler() {
  variant x;
  x.name = "the container handler does not run for two seconds of a busy daemon";
  x.always = [](schedule& s) {
    std::erase_if(s.steps, [](const step& y) { return is_trouble(y.what); });
    s.habits.speaks = dialect::docker26;
    s.habits.backlog = 60;
    s.steps.push_back({.what = op::run_container, .before = 500ms});
    s.steps.push_back({.what = op::delay_actor, .a = 1, .span = 2'000, .before = 500ms});
    s.steps.push_back({.what = op::burst, .span = 400});
    s.steps.push_back({.what = op::calm, .before = 1s});
  };
  return x;
}

variant reader_that_waits() {
  auto x = has_a_slow_handler();
  x.name = "the reader waits for the handlers";
  x.reader_waits = true;
  return x;
}

variant looks_only_once() {
  variant x;
  x.name = "there is no second look";
  x.node = [](node_parts& parts) {
    parts.volume_limits.second_look = parts.container_limits.second_look = 0ms;
  };
  return x;
}

variant reads_late() {
  variant x;
  x.name = "the reading thread gets no processor for two seconds of a busy daemon";
  x.always = [](schedule& s) {
    std::erase_if(s.steps, [](const step& y) { return is_trouble(y.what); });
    s.habits.speaks = dialect::docker26;
    s.habits.backlog = 60;
    s.steps.push_back({.what = op::run_container, .before = 500ms});
    s.steps.push_back({.what = op::stall_reader, .span = 1'900, .before = 500ms});
    s.steps.push_back({.what = op::burst, .span = 400});
    s.steps.push_back({.what = op::rename, .before = 500ms});
    s.steps.push_back({.what = op::create_volume, .a = 3});
  };
  return x;
}

variant never_notices_a_late_reader() {
  auto x = never_audits();
  x.always = reads_late().always;
  return x;
}

variant never_audits() {
  variant x;
  x.name = "nobody notices what the stream has not shown";
  x.proves = false;
  x.node = [](node_parts& parts) {
    parts.audits.interval = 24h;
    parts.audits.backlog = std::numeric_limits<std::size_t>::max();
  };
  return x;
}

variant never_audits_and_always_reads() {
  auto x = never_audits();
  x.always = [](schedule& s) {
    std::erase_if(s.steps,
                  [](const step& y) { return y.what == op::stall_reader || y.what == op::hang; });
  };
  return x;
}

} // namespace volumeviz::simulation
