#include "tests/simulation/model_link.hpp"

#include "messages/type_ids.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

/// An actor of the other side. As CAF's own: one that has ended takes messages and says nothing.
class proxy final : public caf::monitorable_actor {
public:
  proxy(caf::actor_config& config, std::shared_ptr<model_link> over, side where,
        caf::strong_actor_ptr real)
      : caf::monitorable_actor(config), over_(std::move(over)), where_(where),
        real_(std::move(real)) {}

  using caf::abstract_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr x, caf::execution_unit*) override {
    if (over_)
      over_->send(where_, {x->sender, real_, x->mid, x->move_content_to_message()});
  }
  void end(caf::error why) {
    over_ = nullptr;
    real_ = nullptr;
    cleanup(std::move(why), nullptr);
  }

private:
  std::shared_ptr<model_link> over_;
  side where_;
  caf::strong_actor_ptr real_;
};

namespace {

void end_proxy(const caf::strong_actor_ptr& x, caf::error why) {
  dynamic_cast<proxy&>(*caf::actor_cast<caf::abstract_actor*>(x)).end(std::move(why));
}

template <class T>
void change(caf::message& content, const std::function<void(T&)>& how) {
  if (!how || !content.match_elements<T>())
    return;
  auto x = content.get_as<T>(0);
  how(x);
  content = caf::make_message(std::move(x));
}

} // namespace

caf::strong_actor_ptr model_link::seen_from(side where, const caf::strong_actor_ptr& real) {
  if (!real)
    return nullptr;
  auto& mine = end(where);
  if (const auto known = mine.proxies.find(real->id()); known != mine.proxies.end())
    return known->second;
  caf::actor_config config;
  auto& system = runs_.caf();
  auto made = caf::actor_cast<caf::strong_actor_ptr>(caf::make_actor<proxy, caf::actor>(
      system.next_actor_id(), system.node(), &system, config, shared_from_this(), where, real));
  if (mine.heard) {
    end_proxy(made, caf::exit_reason::remote_link_unreachable);
    return made;
  }
  mine.proxies.emplace(real->id(), made);
  caf::actor_cast<caf::abstract_actor*>(real)->attach_functor(
      [link = weak_from_this(), where, made](const caf::error& why) {
        if (auto over = link.lock())
          over->send(other(where), {nullptr, made, {}, caf::make_message(why), true});
      });
  return made;
}

void model_link::stall(side towards, nanoseconds until) {
  end(towards).stalled_until = std::max(end(towards).stalled_until, until);
  runs_.at(until, [] {});
}

void model_link::go_on() {
  for (auto& x : ends_)
    x.stalled_until = nanoseconds{0};
}

void model_link::cut(nanoseconds agent_hears, nanoseconds hub_hears) {
  if (!std::exchange(cut_, true)) {
    on_chunk = on_answer = nullptr;
    if (how_.replays_the_lost)
      for (const auto& [number, x] : asked_)
        if (x.chunk.index == 0 && x.chunk.last)
          lost_.push_back(x.chunk);
    for (auto& x : ends_) {
      x.coming.clear();
      x.hears_at = nanoseconds::max();
    }
  }
  hears(side::agent, agent_hears);
  hears(side::hub, hub_hears);
}

void model_link::hears(side who, nanoseconds at) {
  if (at >= end(who).hears_at)
    return;
  end(who).hears_at = at;
  runs_.at(at, [] {});
}

void model_link::hear(side who) {
  auto& mine = end(who);
  if (std::exchange(mine.heard, true))
    return;
  if (who == side::agent && how_.takes_lost_for_written)
    for (const auto& [number, x] : asked_)
      x.from->enqueue(nullptr, x.mid.response_id(),
                      caf::make_message(write_answer{.ok = true, .why = {}, .summary = {}}),
                      nullptr);
  asked_.clear();
  for (const auto& [id, x] : std::exchange(mine.proxies, {}))
    end_proxy(x, caf::exit_reason::remote_link_unreachable);
}

bool model_link::arrives(side at) const {
  return !end(at).coming.empty() && !stalls(at);
}

bool model_link::can_hear(side who) const {
  return cut_ && !end(who).heard && end(who).hears_at <= runs_.now();
}

std::size_t model_link::ready() const {
  const auto count = [this](side x) { return (arrives(x) ? 1u : 0u) + (can_hear(x) ? 1u : 0u); };
  return count(side::agent) + count(side::hub);
}

void model_link::happen(std::size_t i) {
  // What is cut has nothing coming: a side has one thing to do at most.
  if (!arrives(side::agent) && !can_hear(side::agent))
    ++i;
  const auto whose = i == 0 ? side::agent : side::hub;
  if (can_hear(whose)) {
    hear(whose);
    return;
  }
  auto what = std::move(end(whose).coming.front());
  end(whose).coming.pop_front();
  arrive(whose, std::move(what));
}

void model_link::send(side from, parcel&& what) {
  if (cut_)
    return;
  if (from == side::hub && answers_chunk(what))
    return;
  if (from == side::agent && what.content.match_elements<link_heartbeat>() && on_heartbeat)
    on_heartbeat();
  if (from == side::agent && what.content.match_elements<link_chunk>())
    asked_[what.mid.response_id().integer_value()] = {what.from, what.mid,
                                                      what.content.get_as<link_chunk>(0)};
  end(other(from)).coming.push_back(std::move(what));
}

/// True when the answer goes nowhere.
bool model_link::answers_chunk(const parcel& what) {
  const auto question = asked_.find(what.mid.integer_value());
  if (question == asked_.end())
    return false;
  if (question->second.answered) {
    asked_.erase(question);
    return true;
  }
  if (auto then = std::exchange(on_answer, nullptr)) {
    then();
    return cut_;
  }
  return false;
}

void model_link::arrive(side at, parcel&& what) {
  if (what.gone) {
    std::erase_if(end(at).proxies, [&](const auto& x) { return x.second == what.to; });
    end_proxy(what.to, what.content.get_as<caf::error>(0));
    return;
  }
  if (at == side::agent) {
    if (const auto question = asked_.find(what.mid.integer_value());
        question != asked_.end() && !question->second.answered)
      asked_.erase(question);
    if (what.content.match_elements<bool>())
      heartbeat_sent = runs_.now();
    if (what.content.match_elements<link_welcome, caf::strong_actor_ptr>()) {
      auto welcome = what.content.get_as<link_welcome>(0);
      const auto session = what.content.get_as<caf::strong_actor_ptr>(1);
      if (on_welcome)
        on_welcome(welcome, session);
      if (how_.welcome)
        how_.welcome(welcome);
      what.content = caf::make_message(std::move(welcome), seen_from(at, session));
    }
  } else {
    change<link_chunk>(what.content, how_.chunk);
  }
  const auto is_chunk = what.content.match_elements<link_chunk>();
  if (is_chunk)
    take_chunk(what);
  what.to->enqueue(seen_from(at, what.from), what.mid, what.content, nullptr);
  if (!is_chunk)
    return;
  replay(what);
  if (auto then = std::exchange(on_chunk, nullptr))
    then();
}

void model_link::take_chunk(parcel& what) {
  if (!how_.acknowledges_unwritten || !what.content.get_as<link_chunk>(0).last)
    return;
  const auto question = asked_.find(what.mid.response_id().integer_value());
  if (question == asked_.end())
    return;
  question->second.answered = true;
  end(side::agent)
      .coming.push_back({what.to, what.from, what.mid.response_id(),
                         caf::make_message(write_answer{.ok = true, .why = {}, .summary = {}})});
}

void model_link::replay(const parcel& after) {
  const auto& newer = after.content.get_as<link_chunk>(0);
  if (!newer.last)
    return;
  for (auto& x : std::exchange(lost_, {})) {
    x.token = newer.token;
    x.seq += 1'000'000;
    after.to->enqueue(nullptr, caf::make_message_id(), caf::make_message(std::move(x)), nullptr);
  }
}

} // namespace volumeviz::simulation
