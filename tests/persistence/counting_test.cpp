#include "persistence/counting.hpp"
#include "tests/persistence/testbed.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

TEST_CASE("rows are counted by host and driver or state, of one host or of all") {
  on_both([](testbed& on) {
    auto alpha = batch_of(some_volumes(1, 5), {a_container("c1", {{"v1", "/a", true}}),
                                               a_container("c2", {{"v1", "/b", true}})});
    alpha.containers.present[0].state = "exited";
    alpha.volumes.present[1].driver = "nfs";
    auto beta = batch_of(some_volumes(1, 2));
    beta.host = "beta";
    on.apply({alpha, beta});
    auto counter = open_row_counter({.url = on.url});
    REQUIRE(counter.has_value());

    const auto all = (*counter)->count("");
    REQUIRE(all.has_value());
    const inventory_counts::by_host_and volumes{
        {{"alpha", "local"}, 4}, {{"alpha", "nfs"}, 1}, {{"beta", "local"}, 2}};
    CHECK(all->volumes == volumes);
    CHECK(all->orphaned_volumes == inventory_counts::by_host{{"alpha", 4}, {"beta", 2}});
    CHECK(all->mounts == inventory_counts::by_host{{"alpha", 2}, {"beta", 0}});
    CHECK(all->containers.size() == 2);
    CHECK(all->containers.at({"alpha", "exited"}) == 1);
    CHECK(all->changes == 11); // 7 volumes, 2 containers, 2 mounts

    const auto one = (*counter)->count("beta");
    REQUIRE(one.has_value());
    CHECK(one->volumes.size() == 1);
    CHECK(one->orphaned_volumes == inventory_counts::by_host{{"beta", 2}});
    CHECK(one->containers.empty());
    CHECK(one->changes == 2);
  });
}
