#include "commands/commands.hpp"
#include "commands/database.hpp"
#include "commands/docker_endpoint.hpp"
#include "commands/dry_store.hpp"
#include "commands/node_name.hpp"
#include "commands/reconciliation.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;
using config::exit_code;

// How often the rows are compared with the daemon before they count as not in sync. Docker may
// change between two comparisons.
constexpr int comparisons_max = 3;
// How long a running node may take to repair its rows, and how often they are compared meanwhile. A
// healthy node takes a second.
constexpr auto patience = 10s;
constexpr auto compare_again = 500ms;

/// The host whose rows are reconciled. Prints each remark of its passes once.
class reconciled_host {
public:
  reconciled_host(std::string name, std::unique_ptr<docker::client> client,
                  std::unique_ptr<persistence::store> store)
      : name_(std::move(name)), client_(std::move(client)), store_(std::move(store)) {}

  /// Repairs the rows.
  result<pass_outcome> apply() { return pass(*store_); }
  /// Returns what apply() would change.
  result<std::vector<row_change>> preview() {
    dry_store dry{*store_};
    auto done = pass(dry);
    if (!done)
      return tl::unexpected(done.error());
    return std::move(done->changes);
  }
  /// A sentence about the node that locked out apply().
  std::string other_node() const {
    const auto all = store_->locked_out();
    const auto known = all.find(name_);
    return fmt::format(
        "another node writes the rows of host {}{}", name_,
        known == all.end() || known->second.empty() ? "" : fmt::format(" ({})", known->second));
  }

private:
  result<pass_outcome> pass(persistence::store& rows) {
    auto done = reconcile_once(name_, fetcher_, rows);
    if (done)
      for (const auto& x : done->remarks)
        if (printed_.insert(x).second)
          fmt::print(stderr, "{}\n", x);
    return done;
  }

  std::string name_;
  std::unique_ptr<docker::client> client_;
  docker_fetcher fetcher_{*client_};
  std::unique_ptr<persistence::store> store_;
  std::set<std::string> printed_;
};

/// Prints every change, and at the end their number.
class change_list {
public:
  void print(const std::vector<row_change>& changes) {
    for (const auto& x : changes) {
      ++counts_[static_cast<std::size_t>(x.op)];
      auto sign = x.op == operation::create ? '+' : x.op == operation::update ? '~' : '-';
      fmt::print("{} {} {}{}{}\n", sign, to_string(x.kind), x.key, x.detail.empty() ? "" : ": ",
                 x.detail);
    }
  }
  void print_totals(const char* verb) const {
    fmt::print("rows {}: {} added, {} changed, {} removed\n", verb, counts_[0], counts_[1],
               counts_[2]);
  }

private:
  std::size_t counts_[3]{};
};

exit_code failed(const failure& why) {
  fmt::print(stderr, "couldn't reconcile: {}\n", why.text);
  return exit_code::failed;
}

exit_code dry(reconciled_host& host) {
  auto changes = host.preview();
  if (!changes)
    return failed(changes.error());
  change_list list;
  list.print(*changes);
  list.print_totals("that differ");
  return changes->empty() ? exit_code::fine : exit_code::differences;
}

/// The running node repairs its rows itself. Waits until they agree with Docker.
exit_code beside_another_node(reconciled_host& host) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto left = host.preview();
    if (!left)
      return failed(left.error());
    if (left->empty()) {
      fmt::print("in sync; {}\n", host.other_node());
      return exit_code::fine;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      change_list list;
      list.print(*left);
      list.print_totals("that differ");
      fmt::print(stderr,
                 "couldn't reconcile: {} and has not repaired them within {} s: check its health, "
                 "or ask it with POST /api/v1/health/events/reconcile?type=full, or stop it and "
                 "run this again\n",
                 host.other_node(), patience.count());
      return exit_code::failed;
    }
    std::this_thread::sleep_for(compare_again);
  }
}

exit_code wet(reconciled_host& host) {
  change_list list;
  for (int i = 0; i < comparisons_max; ++i) {
    auto done = host.apply();
    if (!done)
      return failed(done.error());
    list.print(done->changes);
    if (done->locked_out)
      return beside_another_node(host);
    auto left = host.preview();
    if (!left)
      return failed(left.error());
    if (left->empty()) {
      list.print_totals("repaired");
      fmt::print("in sync\n");
      return exit_code::fine;
    }
  }
  list.print_totals("repaired");
  fmt::print(stderr, "still different: Docker changes faster than this can follow; run it again\n");
  return exit_code::failed;
}

} // namespace

exit_code reconcile(const config::settings& settings, bool dry_run) {
  if (settings.role != config::node_role::standalone) {
    fmt::print(
        stderr,
        "reconcile works for NODE_ROLE=standalone only, which has both a Docker daemon and a "
        "database; ask a running agent by POST /api/v1/health/events/reconcile\n");
    return exit_code::failed;
  }
  auto daemon = docker::connect_to(docker_endpoint(settings));
  if (!daemon)
    return failed(daemon.error());
  auto store = persistence::open_store(database_of(settings));
  if (!store)
    return failed(store.error());
  auto name = settings.node_name_from_daemon ? name_from_daemon(settings) : settings.node_name;
  if (!name)
    return failed(name.error());
  reconciled_host host(std::move(*name), (*daemon)->make_client(), std::move(*store));
  return dry_run ? dry(host) : wet(host);
}

} // namespace volumeviz::commands
