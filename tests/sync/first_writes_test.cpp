// A store that replaces one that has died does not know whether locks were lost in between.

#include "sync/first_writes.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

bool taken_anew(first_writes& by, const std::string& host, write_summary summary = {}) {
  by.written(host, summary);
  return summary.taken_anew;
}

write_summary with(bool write_summary::*what) {
  write_summary x;
  x.*what = true;
  return x;
}

} // namespace

TEST_CASE("the first write of each host counts as taken anew in a store that replaces another") {
  first_writes replacing{true};
  CHECK(taken_anew(replacing, "alpha"));
  CHECK_FALSE(taken_anew(replacing, "alpha"));
  CHECK(taken_anew(replacing, "beta"));
  CHECK_FALSE(taken_anew(replacing, "beta"));
}

TEST_CASE("the first store of a process takes no lock anew") {
  first_writes first{false};
  CHECK_FALSE(taken_anew(first, "alpha"));
}

TEST_CASE("a lock that the database has taken anew stays so") {
  for (const auto replaces : {false, true}) {
    first_writes store{replaces};
    taken_anew(store, "alpha");
    CHECK(taken_anew(store, "alpha", with(&write_summary::taken_anew)));
  }
}

TEST_CASE("an answer that writes nothing leaves the first write to come") {
  for (const auto nothing : {&write_summary::locked_out, &write_summary::refused}) {
    first_writes replacing{true};
    CHECK_FALSE(taken_anew(replacing, "alpha", with(nothing)));
    CHECK(taken_anew(replacing, "alpha"));
  }
}

TEST_CASE("a host that was released is a new one") {
  first_writes replacing{true};
  taken_anew(replacing, "alpha");
  replacing.forget("alpha");
  CHECK(taken_anew(replacing, "alpha"));
}
