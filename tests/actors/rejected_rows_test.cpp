// Rows that the database refuses: what the log and the health report say about them.

#include "actors/inventory/rejected_rows.hpp"
#include "tests/actors/listener.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using namespace volumeviz::testing;

namespace {

struct bench {
  kept_log log;
  rejected_rows rows{resource_kind::volume, log.log()};

  /// A list, or an inspect of nothing, whose answer rejects so many rows.
  void answer(int from, int to, bool list, std::uint64_t more = 0) {
    observation what;
    what.batch.volumes.complete = list;
    write_summary summary;
    for (int i = from; i < to; ++i)
      summary.rejected.push_back({row_kind::volume, "v" + std::to_string(i), "too long"});
    summary.more_rejected = more;
    rows.written(what, summary, 1);
  }
};

} // namespace

TEST_CASE("a refused row is logged once when it begins and once when it ends") {
  bench x;
  for (int i = 0; i < 3; ++i)
    x.answer(0, 1, true);
  CHECK(x.log.count("error the database can't hold volume \"v0\": too long") == 1);
  CHECK(x.rows.report().count == 1);
  CHECK(x.rows.report().first == "volume \"v0\" (too long)");
  x.answer(0, 0, true);
  CHECK(x.log.count("no longer refuses volume \"v0\"") == 1);
  CHECK(x.rows.report().count == 0);
}

TEST_CASE("an answer that rejects thousands of rows writes a few lines") {
  bench x;
  x.answer(0, 5000, true, 7);
  CHECK(x.log.count("error the database can't hold") == 11);
  CHECK(x.log.has("the database can't hold 4997 more rows"));
  CHECK(x.rows.report().count == 5007);
  x.answer(0, 5000, true);
  CHECK(x.log.count("error the database can't hold") == 11); // nothing new
  x.answer(0, 0, true);
  CHECK(x.log.count("no longer refuses") == 11);
  CHECK(x.log.has("no longer refuses 4990 more rows"));
}

TEST_CASE("answers that reject ever new rows take a bounded memory") {
  bench x;
  for (int i = 0; i < 5; ++i)
    x.answer(5000 * i, 5000 * (i + 1), false);
  CHECK(x.rows.report().count == 10'000);
  CHECK(x.log.count("error the database can't hold") <= 5 * 11);
  x.answer(0, 0, true);
  CHECK(x.rows.report().count == 0);
}

TEST_CASE("a complete list also counts refused rows beyond the remembered ones") {
  bench x;
  x.answer(0, 12'000, true, 1);
  CHECK(x.rows.report().count == 12'001);
}

TEST_CASE("the reason of a refused row is one short line") {
  bench x;
  observation what;
  write_summary summary;
  summary.rejected = {{row_kind::volume, "v\xff", "\xff\n" + std::string(100'000, 'x')}};
  x.rows.written(what, summary, 1);
  const auto first = x.rows.report().first;
  CHECK(first.size() < 1100);
  CHECK(first.find("(\ufffd x") != std::string::npos);
  CHECK(first.find('\xff') == std::string::npos);
  CHECK(first.find('\n') == std::string::npos);
  CHECK(x.log.text().size() < 1300);
}
