// Behind a connection pool: a pool that shares sessions is refused before anything is written.

#include "persistence/trial.hpp"
#include "tests/persistence/testbed.hpp"
#include "tests/support/pgbouncer.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;
using support::pgbouncer;

namespace {

change_batch batch_for_alpha(const std::string& name) {
  auto batch = batch_of({a_volume(name)});
  batch.host = "alpha";
  return batch;
}

void check_cure(const failure& why) {
  INFO(why.text);
  CHECK(why.code == ec::store_unreachable);
  CHECK(why.text.find("pool in session mode, or connect to PostgreSQL directly")
        != std::string::npos);
}

} // namespace

TEST_CASE("behind a pool that shares sessions nothing is written, and the error says what to do") {
  if (!support::pgbouncer_can_run())
    return;
  auto& server = support::shared_postgres();
  struct setup {
    std::string mode, more;
  };
  for (const auto& [mode, more] :
       {setup{"transaction", ""}, setup{"transaction", "default_pool_size = 1"},
        setup{"transaction", "server_round_robin = 1\nmin_pool_size = 4"},
        setup{"statement", ""}}) {
    CAPTURE(mode);
    CAPTURE(more);
    const auto direct = server.new_database();
    CHECK(migrate({direct}));
    const pgbouncer pool{server, mode, more};
    testbed first{pool.url(direct)}, second{pool.url(direct)};
    for (int i = 0; i < 3; ++i)
      for (auto* node : {&first, &second}) {
        const auto written = node->writer->apply({batch_for_alpha("v1")});
        REQUIRE_FALSE(written);
        check_cure(written.error());
      }
    CHECK(server.sql(direct, "SELECT count(*) FROM hosts") == "0\n");
    const auto tried = try_to_write({pool.url(direct)});
    REQUIRE_FALSE(tried);
    check_cure(tried.error());
  }
}

TEST_CASE("behind a pool in session mode a host has one writer, as without a pool") {
  if (!support::pgbouncer_can_run())
    return;
  auto& server = support::shared_postgres();
  const auto direct = server.new_database();
  const pgbouncer pool{server, "session"};
  testbed first{pool.url(direct)}, second{pool.url(direct)};
  CHECK_FALSE(first.apply(batch_for_alpha("v1")).locked_out);
  CHECK(second.apply(batch_for_alpha("v2")).locked_out);
  CHECK(first.reader->volumes({})->items.size() == 1);
  CHECK(try_to_write({pool.url(direct)}));
  first.writer.reset();
  CHECK_FALSE(second.apply(batch_for_alpha("v2")).locked_out);
}

TEST_CASE("a lock that the session has lost is noticed before the next row is written") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  writing_session mine{on.url};
  CHECK_FALSE(mine.write(batch_for_alpha("v1")).locked_out);
  // As another client of a pool does when it gets this session.
  mine.on.query("SELECT set_config('volumeviz.session', 'another', false)", {}, 1);
  CHECK_THROWS_AS(mine.write(batch_for_alpha("v2")), sql_error);
  CHECK(on.value("SELECT count(*) FROM volumes") == "1");
}
