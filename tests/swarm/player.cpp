#include "tests/swarm/player.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::swarm {

namespace {

using namespace std::chrono_literals;

// The handlers' values: keys of one fetch, waits after a failed write, the longest wait for an
// answer; and the reconciler's interval for the host's row.
constexpr std::size_t batch_max = 32;
constexpr auto retry_min = 250ms;
constexpr auto retry_max = 5s;
constexpr auto write_limit = 1min;
constexpr auto host_interval = 10s;

double milliseconds_since(steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(steady::now() - begin).count();
}

timestamp wall_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace

void tally::committed(const std::vector<double>& waits, std::uint64_t fetches) {
  const std::scoped_lock lock{mutex_};
  auto& all = numbers_.change_to_answer_ms;
  all.insert(all.end(), waits.begin(), waits.end());
  numbers_.fetches += fetches;
  ++numbers_.batches;
}

void tally::failed() {
  const std::scoped_lock lock{mutex_};
  ++numbers_.failures;
}

void tally::admitted() {
  const std::scoped_lock lock{mutex_};
  numbers_.admitted.push_back(steady::now());
}

tally::numbers tally::take() {
  const std::scoped_lock lock{mutex_};
  return std::exchange(numbers_, {});
}

player::player(caf::actor_config& config, player_parts parts)
    : caf::event_based_actor(config), parts_(std::move(parts)), random_(sync::seeded(parts_.seed)),
      waits_(retry_min, retry_max, parts_.seed) {
}

caf::behavior player::make_behavior() {
  set_default_handler(caf::drop);
  delayed_send(this, host_interval * (random_() % 1000) / 1000, atom::host_row_due_v);
  return {
      [this](atom::opened, const caf::strong_actor_ptr& link) {
        link_ = caf::actor_cast<inventory_store_actor>(link);
        advance();
      },
      [this](atom::reconcile, list_reason, std::uint64_t) {
        volumes_.list = containers_.list = true;
        parts_.stands->settled = false;
      },
      [this](atom::wake) {
        parts_.sees->admitted();
        ++parts_.stands->admitted;
        waiting_ = false;
        waits_.reset();
        advance();
      },
      [this](atom::restart, std::uint64_t per_thousand_seconds) {
        per_thousand_seconds_ = per_thousand_seconds;
        ++epoch_;
        change_again();
      },
      [this](atom::work_due, std::uint64_t epoch) {
        if (epoch == epoch_)
          change();
      },
      [this](atom::dial) { // the wait after a failure is over
        waiting_ = false;
        advance();
      },
      [this](atom::host_row_due) { write_host(); },
  };
}

void player::on_exit() {
  link_ = nullptr;
}

void player::advance() {
  if (!waiting_ && link_) {
    send(volumes_);
    send(containers_);
  }
  const auto calm = [](const auto& x) { return !x.busy && !x.list && x.stale.empty(); };
  parts_.stands->settled = calm(volumes_) && calm(containers_);
}

template <class Resource>
void player::send(lane<Resource>& x) {
  if (x.busy || (!x.list && x.stale.empty()))
    return;
  const auto& all = parts_.host->template all<Resource>();
  change_batch batch;
  batch.host = parts_.host->name();
  auto& seen = batch.*x.part;
  if (x.list) {
    for (const auto& [key, resource] : all)
      seen.present.push_back(resource);
    seen.complete = true;
    seen.confirmed = x.confirmed;
    x.under_way = std::exchange(x.stale, {});
  } else {
    while (!x.stale.empty() && x.under_way.size() < batch_max) {
      auto next = x.stale.extract(x.stale.begin());
      if (const auto found = all.find(next.key()); found != all.end())
        seen.present.push_back(found->second);
      else
        seen.gone.push_back(next.key());
      x.under_way.insert(std::move(next));
    }
  }
  x.busy = true;
  x.under_way_list = std::exchange(x.list, false);
  const auto fetches = seen.present.size() + seen.gone.size();
  request(link_, write_limit, std::move(batch))
      .then(
          [this, &x, fetches](const write_answer& answer) {
            answered(x, fetches, answer);
            advance();
          },
          [this, &x](const caf::error&) {
            answered(x, 0, write_answer{});
            advance();
          });
}

template <class Resource>
void player::answered(lane<Resource>& x, std::uint64_t fetches, const write_answer& answer) {
  x.busy = false;
  const auto was_list = std::exchange(x.under_way_list, false);
  auto changes = std::exchange(x.under_way, {});
  if (!answer.ok || answer.summary.refused) {
    x.list = x.list || was_list;
    x.confirmed = answer.summary.refused;
    for (const auto& [key, since] : changes) {
      auto& earliest = x.stale.try_emplace(key, since).first->second;
      earliest = std::min(earliest, since);
    }
    if (!answer.ok)
      failed();
    return;
  }
  x.confirmed = false;
  waits_.reset();
  parts_.stands->listings += was_list ? 1 : 0;
  std::vector<double> waits;
  for (const auto& [key, since] : changes)
    waits.push_back(milliseconds_since(since));
  parts_.sees->committed(waits, fetches);
}

void player::failed() {
  parts_.sees->failed();
  if (!std::exchange(waiting_, true))
    delayed_send(this, waits_.next(), atom::dial_v);
}

void player::change() {
  const auto what = parts_.host->happen();
  (what.kind == resource_kind::volume ? volumes_.stale : containers_.stale)
      .try_emplace(what.key, steady::now());
  advance();
  change_again();
}

void player::change_again() {
  if (per_thousand_seconds_ == 0)
    return;
  // At random times.
  std::exponential_distribution<double> seconds{static_cast<double>(per_thousand_seconds_) / 1000};
  const auto wait = std::chrono::duration<double>{seconds(random_)};
  delayed_send(this, std::chrono::duration_cast<std::chrono::microseconds>(wait), atom::work_due_v,
               epoch_);
}

void player::write_host() {
  delayed_send(this, host_interval, atom::host_row_due_v);
  if (!link_ || std::exchange(host_under_way_, true))
    return;
  change_batch batch;
  batch.host = parts_.host->name();
  batch.facts = {.engine_id = "engine-of-" + batch.host,
                 .engine_version = "28.5.1",
                 .last_seen_at = wall_now(),
                 .verified_at = wall_now()};
  request(link_, write_limit, std::move(batch))
      .then(
          [this](const write_answer& answer) {
            host_under_way_ = false;
            if (answer.ok)
              parts_.sees->committed({}, 0);
          },
          [this](const caf::error&) { host_under_way_ = false; });
}

} // namespace volumeviz::swarm
