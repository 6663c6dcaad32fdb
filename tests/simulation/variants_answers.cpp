// Nodes that write old answers, forget what went wrong, or delete on hearsay.

#include "tests/simulation/other_client.hpp"
#include "tests/simulation/variants.hpp"

#include <map>
#include <optional>
#include <utility>

namespace volumeviz::simulation {

namespace {

/// Gives the answer that the daemon gave the time before.
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
  result<docker::container_listing> list_containers(docker::deadline limit) override {
    auto now = real_->list_containers(limit);
    if (now)
      before_ = *now;
    else if (before_)
      return *before_;
    return now;
  }

private:
  std::optional<docker::container_listing> before_;
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
  result<docker::container_listing> list_containers(docker::deadline limit) override {
    auto listing = real_->list_containers(limit);
    if (!listing && listing.error().code == ec::docker_malformed)
      return docker::container_listing{}; // as far as it came
    return listing;
  }
};

class deaf_to_left_out final : public other_client {
public:
  using other_client::other_client;
  result<docker::volume_listing> list_volumes(docker::deadline limit) override {
    auto listing = real_->list_volumes(limit);
    if (listing)
      listing->left_out.clear();
    return listing;
  }
  result<docker::container_listing> list_containers(docker::deadline limit) override {
    auto listing = real_->list_containers(limit);
    if (listing)
      listing->left_out.clear();
    return listing;
  }
};

/// Takes every complete list for all that there is.
class believing_store final : public persistence::store {
public:
  explicit believing_store(std::shared_ptr<persistence::store> real) : real_(std::move(real)) {}
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override {
    auto believed = batches;
    for (auto& x : believed)
      x.volumes.spared.others = false;
    return real_->apply(believed);
  }
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    return real_->preview(batches);
  }
  result<void> ping() override { return real_->ping(); }

private:
  std::shared_ptr<persistence::store> real_;
};

class forgetful_store final : public persistence::store {
public:
  explicit forgetful_store(std::shared_ptr<persistence::store> real) : real_(std::move(real)) {}
  result<std::vector<write_summary>> apply(const std::vector<change_batch>& batches) override {
    auto done = real_->apply(batches);
    return done ? std::move(done) : std::vector<write_summary>(batches.size());
  }
  result<std::vector<write_summary>> preview(const std::vector<change_batch>& batches) override {
    return real_->preview(batches);
  }
  result<void> ping() override { return real_->ping(); }

private:
  std::shared_ptr<persistence::store> real_;
};

} // namespace

variant writes_old_answers() {
  return with_client<old_answers>("writes an answer that was requested before its turn");
}

variant ignores_reason(list_reason reason) {
  variant x;
  x.name = std::string{"does not list for "} + to_string(reason);
  x.node = [reason](node_parts& parts) {
    parts.volume_limits.ignored_reasons = parts.container_limits.ignored_reasons = {reason};
  };
  return x;
}

variant ignores_damage() {
  // The audit would find what the damaged line was about.
  auto x = never_audits_and_always_reads();
  x.name = "does not list for a damaged line, and does not audit the stream";
  const auto others = x.node;
  x.node = [others](node_parts& parts) {
    others(parts);
    parts.volume_limits.ignored_reasons =
        parts.container_limits.ignored_reasons = {list_reason::damaged};
  };
  return x;
}

variant ignores_prunes() {
  variant x;
  x.name = "does not list for a prune";
  x.daemon = [](model_daemon& daemon) { daemon.hides_prunes = true; };
  return x;
}

variant forgets_failed_inspects() {
  return with_client<optimist>("takes a failed inspect for an unchanged resource");
}

variant forgets_failed_lists() {
  return with_client<list_optimist>("takes a failed list for an unchanged kind");
}

variant forgets_failed_writes() {
  variant x;
  x.name = "takes a failed write for a committed one";
  x.store = [](const std::shared_ptr<persistence::store>& real) {
    return std::make_shared<forgetful_store>(real);
  };
  return x;
}

variant never_sets_keys_aside() {
  variant x;
  x.name = "never sets a resource aside, so that it holds up verified_at";
  x.node = [](node_parts& parts) {
    parts.volume_limits.set_aside_after = parts.container_limits.set_aside_after = 1'000'000;
  };
  return x;
}

variant trusts_inspects_over_lists() {
  variant x;
  x.name = "deletes what a list shows when an inspect denies it";
  x.node = [](node_parts& parts) { parts.container_limits.lists_outweigh = false; };
  return x;
}

variant trusts_partial_lists() {
  return with_client<deaf_to_warnings>("takes a partial list for a complete one");
}

variant takes_failures_for_404() {
  return with_client<pessimist>("takes a failed inspect for a 404");
}

variant trusts_truncated_lists() {
  return with_client<believer>("takes a truncated list for a complete one");
}

variant trusts_lists_of_absent_drivers() {
  variant x;
  x.name = "deletes volumes whose driver is away";
  x.store = [](const std::shared_ptr<persistence::store>& real) {
    return std::make_shared<believing_store>(real);
  };
  return x;
}

variant trusts_lists_without_left_out_entries() {
  return with_client<deaf_to_left_out>("deletes rows of malformed entries");
}

} // namespace volumeviz::simulation
