#include "persistence/write_time.hpp"
#include "tests/persistence/testbed.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

TEST_CASE("a write of very many rows gets more time than the limit of a call") {
  using std::chrono::milliseconds;
  CHECK(time_beyond_limit({}) == milliseconds{0});
  CHECK(time_beyond_limit({batch_of(some_volumes(1, 10'000))}) == milliseconds{0});
  CHECK(time_beyond_limit({batch_of(some_volumes(1, 11'000))}) == milliseconds{300});
  const auto some = batch_of(some_volumes(1, 6'000));
  auto more = batch_of({}, std::vector<container>(6'000, a_container("c1")));
  CHECK(time_beyond_limit({some, more}) == milliseconds{600});
  // What a list of this machine's daemon shows counts as well.
  more.containers.listed = packed_list<container>{more.containers.present};
  more.containers.present.clear();
  CHECK(time_beyond_limit({some, more}) == milliseconds{600});
}
