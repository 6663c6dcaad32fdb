#include "sync/slices.hpp"

#include "sync/append.hpp"
#include "sync/chunks.hpp"
#include "sync/told.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace volumeviz::sync {

namespace {

// Each of these costs the database as much as one more row.
constexpr std::size_t bytes_of_row = 4096;
constexpr std::size_t looked_up_keys_of_row = 16;

std::size_t rows_of(const volume& x) {
  return 1 + weight(x) / bytes_of_row;
}
std::size_t rows_of(const container& x) {
  return 1 + x.mounts.size() + weight(x) / bytes_of_row;
}
template <class Resource>
std::size_t rows_of(const observed<Resource>& x) {
  auto sum = x.gone.size()
             + (x.also_present.size() + x.spared.unverified.size() + x.told.size())
                   / looked_up_keys_of_row;
  for (const auto& y : x.present)
    sum += rows_of(y);
  x.listed.each([&sum](const auto& y) { sum += 1 + y.bytes() / bytes_of_row; });
  return sum;
}

/// The part of a complete list that says which resources exist, without their data.
template <class Resource>
observed<Resource> existence(observed<Resource>& all) {
  observed<Resource> result{.present = {},
                            .gone = std::exchange(all.gone, {}),
                            .complete = true,
                            .confirmed = all.confirmed,
                            .also_present = all.also_present,
                            .spared = all.spared};
  for (const auto& x : all.present)
    result.also_present.push_back(key_of(x));
  result.told = told_of(result, all.told);
  return result;
}

class slicer {
public:
  slicer(const change_batch& whole, std::size_t most)
      : host_(whole.host), observed_at_(whole.observed_at), most_(most) {}

  void begin_slice() {
    auto& x = done_.emplace_back();
    x.host = host_;
    x.observed_at = observed_at_;
    rows_ = 0;
  }
  template <class Resource>
  void add(observed<Resource>& all, observed<Resource> change_batch::*kind) {
    for (auto& x : all.present) {
      make_room(rows_of(x));
      (done_.back().*kind).present.push_back(std::move(x));
    }
    for (auto& x : all.gone) {
      make_room(1);
      (done_.back().*kind).gone.push_back(std::move(x));
    }
    for (auto& x : done_)
      if (!(x.*kind).complete)
        (x.*kind).told = told_of(x.*kind, all.told);
  }
  std::vector<change_batch>& done() noexcept { return done_; }

private:
  void make_room(std::size_t rows) {
    if (rows_ > 0 && rows_ + rows > most_)
      begin_slice();
    rows_ += rows;
  }

  std::string host_;
  timestamp observed_at_;
  std::size_t most_;
  std::size_t rows_ = 0;
  std::vector<change_batch> done_;
};

// The cost of comparing all rows of a host with a complete list.
constexpr std::size_t rows_of_comparing = 100;

std::size_t rows_to_write(const change_batch& x) {
  return rows_of(x.volumes) + rows_of(x.containers);
}

} // namespace

std::size_t rows_of(const change_batch& x) {
  return rows_to_write(x) + (x.volumes.complete ? rows_of_comparing : 0)
         + (x.containers.complete ? rows_of_comparing : 0);
}

std::vector<change_batch> slices(change_batch&& whole, std::size_t most) {
  unpack(whole);
  if (rows_to_write(whole) <= 2 * most) {
    std::vector<change_batch> one;
    one.push_back(std::move(whole));
    return one;
  }
  slicer into{whole, most};
  into.begin_slice();
  auto& first = into.done().back();
  if (whole.volumes.complete)
    first.volumes = existence(whole.volumes);
  if (whole.containers.complete)
    first.containers = existence(whole.containers);
  auto listed = first.containers.also_present;
  auto spared = first.containers.spared;
  if (whole.volumes.complete || whole.containers.complete)
    into.begin_slice();
  into.add(whole.volumes, &change_batch::volumes);
  into.add(whole.containers, &change_batch::containers);
  auto& last = into.done().back();
  if (whole.containers.complete) {
    last.containers.complete = true;
    last.containers.confirmed = whole.containers.confirmed;
    last.containers.also_present = std::move(listed);
    last.containers.spared = std::move(spared);
  }
  last.facts = std::move(whole.facts);
  return std::move(into.done());
}

void merge(write_summary& into, write_summary&& later) {
  append(into.changes, std::move(later.changes));
  append(into.rejected, std::move(later.rejected));
  for (const auto names : {&write_summary::needs_inspect, &write_summary::spared}) {
    auto& all = into.*names;
    append(all, std::move(later.*names));
    std::ranges::sort(all);
    const auto doubles = std::ranges::unique(all);
    all.erase(doubles.begin(), doubles.end());
  }
  into.more_spared += later.more_spared;
  into.refused |= later.refused;
  into.locked_out |= later.locked_out;
  into.taken_anew |= later.taken_anew;
  if (into.verified_before == never)
    into.verified_before = later.verified_before;
  into.replaced_text += later.replaced_text;
  into.statements += later.statements;
}

} // namespace volumeviz::sync
