#include "actors/node.hpp"

#include "actors/platform/shell.hpp"
#include "actors/tree.hpp"
#include "sync/backoff.hpp"
#include "sync/restart_window.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// A child that dies more often is not cured by restarting it.
constexpr std::size_t restarts_max = 10;
constexpr auto restart_window = 60s;
constexpr auto restart_min = 50ms;
constexpr auto restart_max = 5s;

constexpr auto alive_interval = 5s;
constexpr auto alive_limit = 20s;

// The whole of a shutdown stays below ten seconds.
constexpr auto stream_stop_limit = 1s;
constexpr auto drain_limit = 6s;
constexpr auto store_stop_limit = 1s;

/// NODE: the root supervisor.
class node {
public:
  using interface = node_actor;

  node(interface::pointer self, std::shared_ptr<tree> what, std::uint64_t seed)
      : self_(self), tree_(std::move(what)) {
    for (const auto& x : tree_->children)
      kids_.push_back({.address = {},
                       .waits = sync::backoff{restart_min, restart_max, seed + kids_.size()},
                       .window = sync::restart_window{restarts_max, restart_window},
                       .last_seen = self_->clock().now(),
                       .name = x.slot->name});
    self_->set_down_handler([this](const caf::down_msg& down) { died(down); });
  }

  ~node() {
    for (const auto& x : tree_->children) {
      if (x.interrupt)
        x.interrupt();
      if (auto target = x.way->target())
        caf::anon_send_exit(target, caf::exit_reason::user_shutdown);
      x.way->lead_to(nullptr);
    }
  }
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  interface::behavior_type make_behavior() {
    for (std::size_t i = 0; i < kids_.size(); ++i)
      start(i);
    tree_->root->state = actor_state::running;
    self_->delayed_send<caf::message_priority::high>(self_, alive_interval, atom::alive_due_v);
    return {
        [this](atom::restart, std::uint64_t i) { start(i); },
        [this](atom::alive_due) { ask_who_is_alive(); },
        [this](atom::alive) { return unresponsive(); },
        [this](atom::stop) { return stop(); },
    };
  }

private:
  struct kid {
    caf::actor_addr address;
    sync::backoff waits;
    sync::restart_window window;
    steady::time_point last_seen;
    std::string name;
  };

  void start(std::size_t i) {
    if (stopping_)
      return;
    auto& child = tree_->children[i];
    auto actor = child.make();
    kids_[i].address = caf::actor_cast<caf::actor_addr>(actor);
    self_->monitor(kids_[i].address);
    child.slot->state = actor_state::running;
    child.way->lead_to(std::move(actor));
    // Who comes back has missed what the stream said.
    if (child.slot->restarts > 0 && tree_->handles.stream)
      self_->send(tree_->handles.stream, atom::identify_v);
  }

  void died(const caf::down_msg& down) {
    for (std::size_t i = 0; i < kids_.size(); ++i)
      if (kids_[i].address == down.source) {
        restart_later(i, down.reason);
        return;
      }
  }

  void restart_later(std::size_t i, const caf::error& why) {
    auto& child = tree_->children[i];
    child.way->lead_to(nullptr);
    kids_[i].address = {};
    child.slot->state = stopping_ ? actor_state::stopped : actor_state::restarting;
    if (stopping_)
      return;
    write_off(child);
    ++child.slot->restarts;
    auto reason = self_->system().render(why);
    if (!kids_[i].window.admit(self_->clock().now())) {
      tree_->log->error("actor={} died too often ({}); giving up so that the service manager can "
                        "start the process "
                        "again",
                        kids_[i].name, reason);
      self_->quit(
          caf::make_error(caf::sec::runtime_error, kids_[i].name + " died too often: " + reason));
      return;
    }
    auto wait = kids_[i].waits.next();
    tree_->log->error("actor={} died: {}; starting it again in {} ms", kids_[i].name, reason,
                      wait.count());
    self_->delayed_send<caf::message_priority::high>(self_, wait, atom::restart_v,
                                                     static_cast<std::uint64_t>(i));
  }

  /// Events that died with their handler have failed: each one read is counted once.
  void write_off(child& from) {
    if (!from.slot->limit)
      return;
    auto lost = from.slot->admitted - from.slot->settled;
    from.slot->settled += lost;
    from.slot->overflow = false;
    auto kind =
        from.slot->name == "volume_handler" ? resource_kind::volume : resource_kind::container;
    if (lost > 0)
      self_->send(tree_->handles.metrics, atom::lost_v, kind, lost);
  }

  void ask_who_is_alive() {
    self_->delayed_send<caf::message_priority::high>(self_, alive_interval, atom::alive_due_v);
    for (std::size_t i = 0; i < kids_.size(); ++i) {
      if (!tree_->children[i].core)
        continue;
      // Every core actor knows this question; which interface it has does not matter here.
      auto someone = caf::actor_cast<metrics_aggregator_actor>(tree_->children[i].address);
      self_->request(someone, alive_limit, atom::alive_v)
          .then([this, i](bool) { seen(i); }, [](const caf::error&) {});
    }
  }

  void seen(std::size_t i) {
    kids_[i].last_seen = self_->clock().now();
    kids_[i].waits.reset();
  }

  std::vector<std::string> unresponsive() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kids_.size(); ++i)
      if (tree_->children[i].core && self_->clock().now() - kids_[i].last_seen > alive_limit)
        names.push_back(kids_[i].name);
    return names;
  }

  // Stop reading, finish what was accepted, then close. Each step has its time, and none can hold
  // up the next.
  caf::result<bool> stop() {
    stopped_ = self_->make_response_promise<bool>();
    if (!std::exchange(stopping_, true))
      stop_stream();
    return *stopped_;
  }

  void stop_stream() {
    if (!tree_->handles.stream) {
      stop_store();
      return;
    }
    auto next = [this] { drain(); };
    self_->request(tree_->handles.stream, stream_stop_limit, atom::stop_v)
        .then([next](bool) { next(); }, [next](const caf::error&) { next(); });
  }

  void drain() {
    draining_ = 2;
    auto next = [this] {
      if (--draining_ == 0)
        stop_store();
    };
    for (const auto& handler : {tree_->handles.volumes, tree_->handles.containers})
      self_->request(handler, drain_limit, atom::stop_v)
          .then([next](bool) { next(); },
                [this, next](const caf::error&) {
                  tree_->log->warn("not everything could be finished in time");
                  next();
                });
  }

  void stop_store() {
    auto next = [this] { finish(); };
    self_->request(tree_->handles.store, store_stop_limit, atom::stop_v)
        .then([next](bool) { next(); }, [next](const caf::error&) { next(); });
  }

  void finish() {
    tree_->root->state = actor_state::stopped;
    stopped_->deliver(true);
    self_->quit();
  }

  interface::pointer self_;
  std::shared_ptr<tree> tree_;
  std::vector<kid> kids_;
  bool stopping_ = false;
  int draining_ = 0;
  std::optional<caf::typed_response_promise<bool>> stopped_;
};

} // namespace

node_handles start_node(caf::actor_system& system, const node_parts& parts) {
  auto drawn = draw_tree(system, parts);
  auto handles = drawn->handles;
  handles.node = system.spawn<shell<node>>(drawn->root, drawn, parts.seed);
  return handles;
}

} // namespace volumeviz
