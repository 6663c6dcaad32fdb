#include "commands/commands.hpp"
#include "commands/docker_endpoint.hpp"
#include "commands/node_name.hpp"
#include "persistence/store.hpp"
#include "sync/kept_rows.hpp"
#include "sync/left_out.hpp"
#include "text/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;
using config::exit_code;

constexpr docker::deadline list_limit = 30s;
constexpr docker::deadline inspect_limit = 5s;
// How often the rows are compared with the daemon before they count as not in sync. Docker may
// change between two comparisons.
constexpr int comparisons_max = 3;
// How long a running node may take to repair its rows, and how often they are compared meanwhile. A
// healthy node takes a second.
constexpr auto patience = 10s;
constexpr auto compare_again = 500ms;

/// One full reconciliation: lists both kinds, and writes or previews the changes. It uses no
/// actors: a dry run must preview its changes, and the handlers only write.
class reconciliation {
public:
  reconciliation(const config::settings& settings, std::unique_ptr<docker::client> client,
                 std::unique_ptr<persistence::store> store)
      : host_(settings.node_name), client_(std::move(client)), store_(std::move(store)) {}

  result<std::vector<row_change>> preview() {
    auto batch = observe();
    if (!batch)
      return tl::unexpected(batch.error());
    batch->volumes.confirmed = batch->containers.confirmed = true;
    auto summaries = store_->preview({*batch});
    if (summaries && ask_about_spared(*batch, summaries->front()))
      summaries = store_->preview({*batch});
    if (!summaries)
      return tl::unexpected(summaries.error());
    return std::move(summaries->front().changes);
  }

  result<std::vector<row_change>> apply() {
    auto summary = write(false);
    // The list lacks most of the recorded rows. A second list must confirm that before they go.
    if (summary && summary->refused)
      summary = write(true);
    if (!summary)
      return tl::unexpected(summary.error());
    locked_out_ = summary->locked_out;
    if (locked_out_)
      return {};
    for (const auto& x : summary->rejected)
      fmt::print(stderr, "the database can't hold {} {}: {}\n", to_string(x.kind),
                 text::in_quotes(x.key), x.reason);
    if (auto why = add_times(*summary))
      return tl::unexpected(*why);
    return std::move(summary->changes);
  }

  /// The last apply() wrote nothing, since a running node has the lock of the host's rows.
  bool locked_out() const noexcept { return locked_out_; }
  /// A sentence about that node.
  std::string other_node() const {
    const auto all = store_->locked_out();
    const auto known = all.find(host_);
    return fmt::format(
        "another node writes the rows of host {}{}", host_,
        known == all.end() || known->second.empty() ? "" : fmt::format(" ({})", known->second));
  }

private:
  result<change_batch> observe() {
    change_batch batch;
    batch.host = host_;
    const auto daemon = client_->identify(list_limit);
    auto volumes = client_->list_volumes(list_limit);
    if (!volumes)
      return tl::unexpected(volumes.error());
    for (const auto& warning : volumes->warnings)
      fmt::print(stderr, "the daemon's list of volumes is partial, so none is removed: {}\n",
                 warning);
    auto containers = client_->list_containers(list_limit);
    if (!containers)
      return tl::unexpected(containers.error());
    batch.volumes.complete = volumes->warnings.empty();
    batch.volumes.present = std::move(volumes->volumes);
    batch.containers.complete = true;
    batch.containers.present = std::move(containers->containers);
    sync::spare(volumes->left_out, batch.volumes);
    sync::spare(containers->left_out, batch.containers);
    sync::spare_by_driver(batch.volumes,
                          daemon ? daemon->volume_drivers : std::vector<std::string>{});
    print_left_out(resource_kind::volume, volumes->left_out);
    print_left_out(resource_kind::container, containers->left_out);
    return batch;
  }

  static void print_left_out(resource_kind kind, const std::vector<left_out_entry>& entries) {
    for (const auto& x : entries)
      fmt::print(stderr, "left out {}: {}; no row is removed because of it\n",
                 sync::entry_name(kind, x), x.why);
  }

  result<write_summary> write(bool confirmed) {
    auto batch = observe();
    if (!batch)
      return tl::unexpected(batch.error());
    batch->volumes.confirmed = batch->containers.confirmed = confirmed;
    // The preview finds the rows to inspect, so the list and its inspects are written together.
    auto before = store_->preview({*batch});
    if (before)
      ask_about_spared(*batch, before->front());
    auto summaries = store_->apply({*batch});
    if (!summaries)
      return tl::unexpected(summaries.error());
    return std::move(summaries->front());
  }

  /// Inspects the volumes that the daemon's list lacks and whose rows it spares. A row is deleted
  /// when the inspect says that the volume does not exist. True when there are such rows.
  bool ask_about_spared(change_batch& batch, const write_summary& would_do) {
    const auto before = batch.volumes.gone.size() + batch.containers.gone.size();
    for (const auto& key : would_do.spared) {
      if (auto x = client_->inspect_volume(key, inspect_limit); x && !*x)
        batch.volumes.gone.push_back(key);
      else if (!x && x.error().code == ec::docker_refused)
        fmt::print(stderr, "the row of volume {} stays, although the daemon's list lacks it: {}\n",
                   key, x.error().text);
    }
    return batch.volumes.gone.size() + batch.containers.gone.size() > before;
  }

  /// Lists lack started_at and finished_at, so new and changed containers are inspected. A
  /// container whose inspect fails, or says "no such container", keeps the row that the list has
  /// shown.
  std::optional<failure> add_times(const write_summary& summary) {
    std::vector<std::string> ids = summary.needs_inspect;
    for (const auto& x : summary.changes)
      if (x.kind == row_kind::container && x.op != operation::remove)
        ids.push_back(x.key);
    change_batch batch;
    batch.host = host_;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const auto& id : ids) {
      auto one = client_->inspect_container(id, inspect_limit);
      if (one && *one)
        batch.containers.present.push_back(std::move(**one));
      else if (one)
        fmt::print(stderr,
                   "the times of container {} are unknown: the daemon lists it and answers its "
                   "inspect with \"no such container\"\n",
                   id.substr(0, 12));
      else if (one.error().code == ec::docker_unreachable)
        return one.error();
      else
        fmt::print(stderr, "the times of container {} are unknown: {}\n", id.substr(0, 12),
                   one.error().text);
    }
    auto written = store_->apply({batch});
    if (!written)
      return written.error();
    locked_out_ = written->front().locked_out;
    return std::nullopt;
  }

  std::string host_;
  std::unique_ptr<docker::client> client_;
  std::unique_ptr<persistence::store> store_;
  bool locked_out_ = false;
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

exit_code dry(reconciliation& work) {
  auto changes = work.preview();
  if (!changes)
    return failed(changes.error());
  change_list list;
  list.print(*changes);
  list.print_totals("that differ");
  return changes->empty() ? exit_code::fine : exit_code::differences;
}

/// The running node repairs its rows itself. Waits until they agree with Docker.
exit_code beside_another_node(reconciliation& work) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto left = work.preview();
    if (!left)
      return failed(left.error());
    if (left->empty()) {
      fmt::print("in sync; {}\n", work.other_node());
      return exit_code::fine;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      change_list list;
      list.print(*left);
      list.print_totals("that differ");
      fmt::print(stderr,
                 "couldn't reconcile: {} and has not mended them within {} s: check its health, or "
                 "ask it with POST /api/v1/health/events/reconcile?type=full, or stop it and run "
                 "this again\n",
                 work.other_node(), patience.count());
      return exit_code::failed;
    }
    std::this_thread::sleep_for(compare_again);
  }
}

exit_code wet(reconciliation& work) {
  change_list list;
  for (int i = 0; i < comparisons_max; ++i) {
    auto changes = work.apply();
    if (!changes)
      return failed(changes.error());
    list.print(*changes);
    if (work.locked_out())
      return beside_another_node(work);
    auto left = work.preview();
    if (!left)
      return failed(left.error());
    if (left->empty()) {
      list.print_totals("mended");
      fmt::print("in sync\n");
      return exit_code::fine;
    }
  }
  list.print_totals("mended");
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
  auto store = persistence::open_store({.url = settings.database_url});
  if (!store)
    return failed(store.error());
  auto named = settings;
  if (settings.node_name_from_daemon) {
    auto name = name_from_daemon(settings);
    if (!name)
      return failed(name.error());
    named.node_name = std::move(*name);
  }
  reconciliation work(named, (*daemon)->make_client(), std::move(*store));
  return dry_run ? dry(work) : wet(work);
}

} // namespace volumeviz::commands
