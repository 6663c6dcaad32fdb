// What one host's flood costs the other hosts of a hub: how long a small batch of theirs waits for
// the store, behind a long list and behind many batches of one host.

#include "bench/measure.hpp"
#include "persistence/store.hpp"
#include "sync/fair_group.hpp"
#include "sync/slices.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/scratch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace volumeviz;
using bench::samples;

namespace {

// As in HUB SESSION.
constexpr std::size_t share = 1000;

change_batch volumes_of(const std::string& host, std::size_t from, std::size_t count,
                        const std::string& label) {
  change_batch batch;
  batch.host = host;
  for (auto i = from; i < from + count; ++i)
    batch.volumes.present.push_back({.name = fmt::format("volume-{:06}", i),
                                     .driver = "local",
                                     .mountpoint = fmt::format("/data/{}", i),
                                     .labels = {{"l", label}},
                                     .options = {},
                                     .scope = "local"});
  return batch;
}

change_batch list_of(const std::string& host, std::size_t count, const std::string& label) {
  auto batch = volumes_of(host, 0, count, label);
  batch.volumes.complete = batch.volumes.confirmed = true;
  return batch;
}

class flooded_store {
public:
  explicit flooded_store(const std::string& url)
      : store_(
          persistence::open_store({.url = url, .call_limit = std::chrono::minutes{2}}).value()) {}

  /// Writes the flooding host's batches, one session's share in each transaction, as the hub does.
  /// A batch of another host comes at the begin of each; how long until it is committed.
  samples flood(std::deque<change_batch> from) {
    samples lags;
    while (!from.empty()) {
      const auto came = bench::clock::now();
      write(from.front());
      from.pop_front();
      write(volumes_of("other", 0, 1, std::to_string(++written_)));
      lags.add(bench::since(came));
    }
    return lags;
  }

private:
  void write(const change_batch& x) {
    if (auto done = store_->apply({x}); !done)
      throw std::runtime_error{done.error().text};
  }

  std::unique_ptr<persistence::store> store_;
  int written_ = 0;
};

std::deque<change_batch> sliced(change_batch&& whole) {
  auto parts = sync::slices(std::move(whole), share);
  return {std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end())};
}

std::deque<change_batch> small_batches(int count) {
  std::deque<change_batch> all;
  for (int i = 0; i < count; i += 5) { // five share a transaction
    all.push_back(volumes_of("flood", 0, 1000, std::to_string(i)));
  }
  return all;
}

void tell(const std::string& where, const std::string& what, const samples& lags) {
  fmt::print("{:10} {:44} {:>4} transactions, lag p50 {:6.0f} ms, most {:6.0f} ms\n", where, what,
             lags.count(), lags.quantile(0.5), lags.quantile(1));
}

void measure(const std::string& where, const std::string& url, std::size_t rows) {
  flooded_store hub{url};
  tell(where, "batches of 200 rows, five a transaction", hub.flood(small_batches(100)));
  tell(where, fmt::format("a list of {} rows, all new", rows),
       hub.flood(sliced(list_of("flood", rows, "a"))));
  tell(where, "the same, nothing changed", hub.flood(sliced(list_of("flood", rows, "a"))));
  tell(where, "the same, all changed", hub.flood(sliced(list_of("flood", rows, "b"))));
  tell(where, "an empty list, all removed", hub.flood(sliced(list_of("flood", 0, "b"))));
}

} // namespace

int main(int argc, char** argv) {
  return bench::run_benchmark(
      [&] {
        const auto rows = static_cast<std::size_t>(bench::number_argument(argc, argv, 1, 100'000));
        const support::scratch_folder folder;
        measure("SQLite", "sqlite://" + (folder / "inventory.db"), rows);
        if (support::postgres_can_run())
          measure("PostgreSQL", support::shared_postgres().new_database(), rows);
      },
      false);
}
