// How the log describes a change.

#include "actors/inventory/describe_change.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;

namespace {

const std::string id = "245c14fcd8aca2d0d369d30284eec9c45acdcdfc8fec59dd6585b547bab953cc";

container web() {
  container x;
  x.id = id;
  x.name = "web";
  x.status = "Exited (0)";
  return x;
}

} // namespace

TEST_CASE("a change is described with the names that people use") {
  const auto seen = web();
  CHECK(describe({row_kind::volume, operation::create, "data", {}}, nullptr)
        == "volume data created");
  CHECK(describe({row_kind::container, operation::update, id, {}}, &seen)
        == "container web (245c14fcd8ac) updated: Exited (0)");
  CHECK(describe({row_kind::mount, operation::create, id, "data at /var"}, &seen)
        == "mount data at /var in container web (245c14fcd8ac) created");
}

TEST_CASE("a removed resource is described by its id") {
  CHECK(describe({row_kind::container, operation::remove, id, {}}, nullptr)
        == "container 245c14fcd8ac removed");
  CHECK(describe({row_kind::mount, operation::remove, id, "data at /var"}, nullptr)
        == "mount data at /var in container 245c14fcd8ac removed");
}
