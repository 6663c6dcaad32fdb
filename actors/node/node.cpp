#include "actors/node/node.hpp"

#include "actors/node/tree.hpp"
#include "actors/platform/error_text.hpp"
#include "actors/platform/shell.hpp"
#include "runtime/invariant.hpp"
#include "sync/backoff.hpp"
#include "sync/restart_window.hpp"

#include <optional>
#include <utility>

namespace volumeviz {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

// Restarting does not cure a child that dies more often than this.
constexpr std::size_t restarts_max = 10;
constexpr auto restart_window = 60s;
constexpr auto restart_min = 50ms;
constexpr auto restart_max = 5s;

constexpr auto alive_interval = 5s;
constexpr auto alive_limit = 20s;

// A whole shutdown takes less than ten seconds.
constexpr auto stream_stop_limit = 1s;
constexpr auto drain_limit = 6s;
constexpr auto store_stop_limit = 1s;

/// NODE: the root supervisor.
class node {
public:
  using interface = node_actor;

  node(interface::pointer self, std::shared_ptr<tree> what)
      : self_(self), tree_(std::move(what)), log_(*tree_->context->log) {
    for (auto& x : tree_->children)
      kids_.push_back({.what = x,
                       .waits = {restart_min, restart_max, tree_->context->seed + kids_.size()},
                       .window = {restarts_max, restart_window},
                       .last_seen = self_->clock().now()});
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
        [this](atom::alive_due) { ask_all_for_life(); },
        [this](atom::alive) { return unresponsive(); },
        [this](atom::stop) { return stop(); },
    };
  }

private:
  /// A child, and what the node knows about its lives.
  struct supervised {
    child& what;
    caf::actor_addr address{}; ///< null while it is restarted
    sync::backoff waits;
    sync::restart_window window;
    steady::time_point last_seen;
    bool asked = false; ///< whether it is alive; the answer is still to come

    const std::string& name() const { return what.slot->name; }
  };

  const node_handles& handles() const { return tree_->context->handles; }

  void start(std::size_t i) {
    if (stopping_)
      return;
    auto& kid = kids_.at(i);
    invariant(!kid.address, "one life of a child at a time");
    caf::strong_actor_ptr actor;
    try {
      actor = kid.what.make();
    } catch (...) {
      restart_later(i, text_of(std::current_exception()));
      return;
    }
    kid.address = caf::actor_cast<caf::actor_addr>(actor);
    self_->monitor(kid.address);
    kid.what.slot->state = actor_state::running;
    kid.what.way->lead_to(std::move(actor));
    // The new actor does not know whether the stream is open.
    if (kid.what.slot->restarts > 0 && handles().stream)
      self_->send(handles().stream, atom::identify_v);
  }

  void died(const caf::down_msg& down) {
    for (std::size_t i = 0; i < kids_.size(); ++i)
      if (kids_[i].address == down.source) {
        restart_later(i, text_of(self_->system(), down.reason));
        return;
      }
  }

  void restart_later(std::size_t i, const std::string& reason) {
    auto& kid = kids_[i];
    kid.what.way->lead_to(nullptr);
    kid.address = {};
    kid.what.slot->state = stopping_ ? actor_state::stopped : actor_state::restarting;
    if (stopping_)
      return;
    write_off(*kid.what.slot);
    ++kid.what.slot->restarts;
    if (!kid.window.admit(self_->clock().now())) {
      log_.error("actor={} died too often ({}); giving up so that the service manager can start "
                 "the process again",
                 kid.name(), reason);
      self_->quit(
          caf::make_error(caf::sec::runtime_error, kid.name() + " died too often: " + reason));
      return;
    }
    auto wait = kid.waits.next();
    log_.error("actor={} died: {}; starting it again in {} ms", kid.name(), reason, wait.count());
    self_->delayed_send<caf::message_priority::high>(self_, wait, atom::restart_v,
                                                     static_cast<std::uint64_t>(i));
  }

  /// Counts the events that died with their handler as failed. So each event is counted once.
  void write_off(actor_slot& handler) {
    if (!handler.limit)
      return;
    invariant(handler.completed <= handler.admitted,
              "a handler completes only events it was given");
    const std::uint64_t lost = handler.admitted - handler.completed;
    handler.completed += lost;
    handler.overflow = false;
    if (lost > 0)
      self_->send(handles().metrics, atom::lost_v, lost);
  }

  void ask_all_for_life() {
    self_->delayed_send<caf::message_priority::high>(self_, alive_interval, atom::alive_due_v);
    for (std::size_t i = 0; i < kids_.size(); ++i) {
      if (!kids_[i].what.must_respond || std::exchange(kids_[i].asked, true))
        continue;
      // Every such actor answers atom::alive. Its other messages do not matter for the cast. There
      // is no time limit, since each one would wake CAF's clock: unresponsive() looks at the time.
      auto any = caf::actor_cast<metrics_aggregator_actor>(kids_[i].what.address);
      self_->request(any, caf::infinite, atom::alive_v)
          .then([this, i](bool) { seen(i); },
                [this, i](const caf::error&) { kids_[i].asked = false; });
    }
  }

  void seen(std::size_t i) {
    kids_[i].asked = false;
    kids_[i].last_seen = self_->clock().now();
    kids_[i].waits.reset();
  }

  std::vector<std::string> unresponsive() const {
    std::vector<std::string> names;
    for (const auto& kid : kids_)
      if (kid.what.must_respond && self_->clock().now() - kid.last_seen > alive_limit)
        names.push_back(kid.name());
    return names;
  }

  // A shutdown stops the stream, finishes the work that was accepted, then stops the store. Each
  // step has a time limit, after which the next one begins.
  caf::result<bool> stop() {
    stopped_ = self_->make_response_promise<bool>();
    if (!std::exchange(stopping_, true))
      stop_stream();
    return *stopped_;
  }

  void stop_stream() {
    if (!handles().stream) {
      stop_store();
      return;
    }
    auto next = [this] { drain(); };
    self_->request(handles().stream, stream_stop_limit, atom::stop_v)
        .then([next](bool) { next(); }, [next](const caf::error&) { next(); });
  }

  void drain() {
    draining_ = 2;
    auto next = [this] {
      if (--draining_ == 0)
        stop_store();
    };
    for (const auto& handler : {handles().volumes, handles().containers})
      self_->request(handler, drain_limit, atom::stop_v)
          .then([next](bool) { next(); },
                [this, next](const caf::error&) {
                  log_.warn("not everything could be finished in time");
                  next();
                });
  }

  void stop_store() {
    auto next = [this] { finish(); };
    self_->request(handles().store, store_stop_limit, atom::stop_v)
        .then([next](bool) { next(); }, [next](const caf::error&) { next(); });
  }

  void finish() {
    tree_->root->state = actor_state::stopped;
    stopped_->deliver(true);
    self_->quit();
  }

  interface::pointer self_;
  std::shared_ptr<tree> tree_;
  spdlog::logger& log_;
  std::vector<supervised> kids_;
  bool stopping_ = false;
  int draining_ = 0; ///< handlers that still work
  std::optional<caf::typed_response_promise<bool>> stopped_;
};

} // namespace

node_handles start_node(caf::actor_system& system, const node_parts& parts) {
  auto drawn = draw_tree(system, parts);
  auto handles = drawn->context->handles;
  handles.node = system.spawn<shell<node>>(drawn->root, drawn);
  return handles;
}

} // namespace volumeviz
