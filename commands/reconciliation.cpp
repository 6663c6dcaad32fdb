#include "commands/reconciliation.hpp"

#include "actors/inventory/fetch_limits.hpp"
#include "commands/net_changes.hpp"
#include "commands/pass_remarks.hpp"
#include "sync/list_completion.hpp"
#include "sync/mount_hints.hpp"
#include "sync/slices.hpp"
#include "sync/work_plan.hpp"
#include "sync/write_preparation.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace volumeviz::commands {

namespace {

using namespace std::chrono_literals;

// How long a pass sleeps altogether until fetches are due. A resource is set aside after 750 ms of
// retries, and a list replaces its inspects within a second more. What comes later is left: the
// list after a partial one or one with entries left out is due after 5 s.
constexpr sync::milliseconds sleeps_at_most = 2s;
// A pass ends after so many lists, whatever is due.
constexpr int lists_max = 100;

sync::work_limits pass_limits(resource_kind kind) {
  auto limits = fetch_limits(kind);
  // No events come, so there is none that the API could lag behind.
  limits.delayed_recheck = 0ms;
  // Nothing waits behind a fetch. A dry run previews all its batches again for each new one, so
  // they should be few.
  limits.batch_max = 1'000;
  return limits;
}

/// Deletions of very many rows take several transactions.
result<write_summary> write(persistence::store& rows, const change_batch& batch) {
  const std::vector batches{batch};
  std::optional<write_summary> all;
  for (;;) {
    auto written = rows.apply(batches);
    if (!written)
      return tl::unexpected{written.error()};
    auto& part = written->front();
    const auto unfinished = std::exchange(part.unfinished, false);
    if (unfinished && part.changes.empty())
      return fail(ec::internal, "the database did not delete the rows that a batch removes");
    if (all)
      sync::merge(*all, std::move(part));
    else
      all = std::move(part);
    if (!unfinished)
      return *std::move(all);
  }
}

/// One kind.
struct side {
  explicit side(resource_kind of)
      : kind(of), plan(pass_limits(of), 0), completion(plan, pass_limits(of).list_only) {}
  // The completion refers to the plan.
  side(const side&) = delete;
  side& operator=(const side&) = delete;

  const resource_kind kind;
  sync::work_plan plan;
  sync::list_completion completion;
};

class pass {
public:
  pass(const std::string& host, docker_fetcher& daemon, persistence::store& rows,
       const pass_clocks& clocks)
      : host_(host), daemon_(daemon), rows_(rows), clocks_(clocks) {}

  result<pass_outcome> run() {
    // The rows may be old, as when a node starts.
    for (auto* x : {&volumes_, &containers_})
      x->plan.want_list(list_reason::start, 0, clocks_.now());
    do {
      if (auto done = fetch_all_due(); !done)
        return tl::unexpected{done.error()};
    } while (!locked_out_ && wait_for_next());
    return pass_outcome{.changes = changes_.all(),
                        .remarks = remarks_.sentences(volumes_.completion.kept()),
                        .locked_out = locked_out_};
  }

private:
  result<void> fetch_all_due() {
    while (!locked_out_ && lists_ < lists_max) {
      auto* next = &volumes_;
      auto asked = next->plan.begin(clocks_.now());
      if (!asked) {
        next = &containers_;
        asked = next->plan.begin(clocks_.now());
      }
      if (!asked)
        return {};
      lists_ += asked->list ? 1 : 0;
      if (auto done = carry_out(*next, *asked); !done)
        return done;
    }
    return {};
  }

  /// Sleeps until the next fetch is due. False when there is none, or it is due too late.
  bool wait_for_next() {
    const auto due = {volumes_.plan.next_due(), containers_.plan.next_due()};
    std::optional<sync::time_point> next;
    for (const auto& x : due)
      if (x && (!next || *x < *next))
        next = x;
    if (!next || lists_ >= lists_max)
      return false;
    const auto wait = std::max(1ms, std::chrono::ceil<sync::milliseconds>(*next - clocks_.now()));
    if (wait > may_sleep_)
      return false;
    may_sleep_ -= wait;
    clocks_.sleep(wait);
    return true;
  }

  result<void> carry_out(side& of, const sync::fetch& asked) {
    const auto request = of.completion.request_for(of.kind, asked);
    auto seen = daemon_.fetch(request);
    if (!seen.ok)
      return tl::unexpected{seen.why};
    seen.batch.observed_at = clocks_.wall();
    sync::distrust_denials(seen, of.plan);
    remarks_.fetched(of.kind, seen);
    seen.batch.host = host_;
    sync::prepare_write(seen, asked, of.plan, of.completion.kept());
    const auto written = write(rows_, seen.batch);
    if (!written)
      return tl::unexpected{written.error()};
    locked_out_ = written->locked_out;
    if (written->refused)
      of.plan.finish_held_back(clocks_.now());
    else if (!locked_out_)
      committed(of, {of.kind, asked, request.drivers, seen, *written});
    return {};
  }

  void committed(side& of, const sync::committed_fetch& x) {
    changes_.add(x.written.changes);
    remarks_.committed(of.kind, x.written);
    const auto now = clocks_.now();
    of.completion.complete(x, now, clocks_.wall());
    auto& other = of.kind == resource_kind::volume ? containers_ : volumes_;
    const auto hints = sync::mount_hints_of(x);
    if (hints.all)
      other.plan.want_list(list_reason::failure, 0, now);
    for (const auto& key : hints.keys)
      other.plan.recheck(key, now);
    if (x.written.taken_anew)
      list_again(of, other, x.asked.list, now);
  }

  /// The lock was lost and taken again: another node may have written the rows meanwhile. A list
  /// has just repaired those of its own kind.
  static void list_again(side& of, side& other, bool this_was_a_list, sync::time_point now) {
    if (!this_was_a_list)
      of.plan.want_list(list_reason::lost_rows, 0, now);
    other.plan.want_list(list_reason::lost_rows, 0, now);
  }

  const std::string& host_;
  docker_fetcher& daemon_;
  persistence::store& rows_;
  const pass_clocks& clocks_;
  side volumes_{resource_kind::volume};
  side containers_{resource_kind::container};
  net_changes changes_;
  pass_remarks remarks_;
  bool locked_out_ = false;
  int lists_ = 0;
  sync::milliseconds may_sleep_ = sleeps_at_most;
};

} // namespace

result<pass_outcome> reconcile_once(const std::string& host, docker_fetcher& daemon,
                                    persistence::store& rows, const pass_clocks& clocks) {
  return pass{host, daemon, rows, clocks}.run();
}

} // namespace volumeviz::commands
