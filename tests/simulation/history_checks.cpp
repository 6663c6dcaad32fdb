#include "tests/simulation/history_checks.hpp"

#include "persistence/history_check.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace volumeviz::simulation {

namespace {

constexpr int changes_of_page = 1000;
constexpr int moments = 10;

} // namespace

history_checks::history_checks(machine& runs, const model_daemon& daemon,
                               const clock_history& clock, const oracle& rows, history_database& of,
                               std::uint64_t seed, history_defects with)
    : runs_(runs), daemon_(daemon), clock_(clock), of_(of), with_(with),
      random_(static_cast<std::minstd_rand::result_type>(seed ^ seed >> 32)),
      judge_(daemon, clock, rows), followers_(of, seed, with) {
}

history_checks::verdict history_checks::after_commit(const oracle::tampered_rows& tampered,
                                                     bool troubled) {
  auto wrong = read_changes(
      {.tampered = tampered, .verified = verified_, .by_client = false, .troubled = troubled});
  verified_ = of_.rows().facts.verified_at;
  followers_.act(runs_.now());
  return wrong;
}

history_checks::verdict history_checks::after_other_client() {
  return read_changes({.verified = verified_, .by_client = true});
}

/// The changes since the copy never were.
void history_checks::after_going_back() {
  recorded_.clear();
  read_up_to_ = 0;
  if (const auto all = newer_changes())
    for (const auto& x : *all)
      recorded_.add(x, runs_.now());
  verified_ = of_.rows().facts.verified_at;
  followers_.begin_anew();
}

std::optional<std::vector<persistence::change_row>> history_checks::newer_changes() {
  std::vector<persistence::change_row> all;
  for (;;) {
    auto page =
        of_.changes().changes({.after = read_up_to_, .ascending = true, .limit = changes_of_page});
    if (!page)
      return std::nullopt;
    if (!page->items.empty())
      read_up_to_ = page->items.back().id;
    std::ranges::move(page->items, std::back_inserter(all));
    if (!page->next)
      return all;
  }
}

history_checks::verdict history_checks::read_changes(const past_oracle::circumstances& at) {
  const auto all = newer_changes();
  if (!all)
    return "the changes can't be read";
  for (const auto& x : *all) {
    const auto key = key_of(x);
    const auto& versions = recorded_.versions_of(key);
    const auto before =
        versions.empty() ? std::nullopt : std::optional<row_version>{versions.back()};
    const auto& change = recorded_.add(x, runs_.now());
    if (auto wrong = judge_.judge(key, before ? &*before : nullptr, change, at))
      return wrong;
  }
  return std::nullopt;
}

history_checks::verdict history_checks::at_the_end(bool troubled) {
  const auto found = persistence::check_history(of_.where());
  if (!found)
    return "the history can't be checked: " + found.error().text;
  if (found->differences > 0)
    return "the replayed history is not the rows: " + found->lines.front();
  if (auto wrong = compare_past(troubled))
    return wrong;
  return followers_.catch_up(runs_.now());
}

history_checks::verdict history_checks::compare_past(bool troubled) {
  const auto bounds = of_.changes().bounds("h");
  if (!bounds)
    return "the bounds of the history can't be read: " + bounds.error().text;
  const auto begin = time_in(bounds->begins_at);
  const auto end = clock_.at(runs_.now());
  if (begin == never || begin > end)
    return std::nullopt; // the clock was set back since
  const auto rested = !troubled && !clock_.was_set() && daemon_.habits.skew == nanoseconds{0};
  for (int i = 0; i < moments; ++i) {
    const auto moment = some_moment(begin, end);
    if (auto wrong = recorded_.difference(of_.inventory(), moment,
                                          moment - (with_.reads_one_change_late ? 1 : 0)))
      return wrong;
    if (rested)
      for (const auto& [key, versions] : recorded_.all())
        if (auto wrong = judge_.was_so(key, recorded_.last_change(key, moment), moment))
          return wrong;
  }
  return std::nullopt;
}

/// Any moment, or just that of a change or the one before.
timestamp history_checks::some_moment(timestamp first, timestamp last) {
  const auto roll = [this](std::uint64_t sides) {
    return static_cast<timestamp>((std::uint64_t{random_()} << 31 ^ random_()) % sides);
  };
  std::vector<timestamp> known;
  for (const auto& [key, versions] : recorded_.all())
    for (const auto& x : versions)
      if (first < x.at && x.at <= last)
        known.push_back(x.at);
  if (known.empty() || roll(2) == 0)
    return first + roll(static_cast<std::uint64_t>(last - first) + 1);
  return known[static_cast<std::size_t>(roll(known.size()))] - roll(2);
}

} // namespace volumeviz::simulation
