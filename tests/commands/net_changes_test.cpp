#include "commands/net_changes.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using commands::net_changes;
using changes = std::vector<row_change>;

namespace {

changes net(const std::vector<operation>& ops) {
  net_changes all;
  for (const auto op : ops)
    all.add({{row_kind::volume, op, "v", {}}});
  return all.all();
}

changes one(operation op) {
  return {{row_kind::volume, op, "v", {}}};
}

} // namespace

TEST_CASE("several changes of a row count as the one that they amount to") {
  using enum operation;
  CHECK(net({create, update}) == one(create));
  CHECK(net({create, remove}).empty());
  CHECK(net({create, remove, create}) == one(create));
  CHECK(net({update, update}) == one(update));
  CHECK(net({update, remove}) == one(remove));
  CHECK(net({remove, create}) == one(update));
  CHECK(net({remove, create, remove}) == one(remove));
}

TEST_CASE("the mounts of a container are rows of their own") {
  net_changes all;
  all.add({{row_kind::mount, operation::create, "c", "a at /a"}});
  all.add({{row_kind::mount, operation::remove, "c", "b at /b"},
           {row_kind::container, operation::update, "c", {}}});
  CHECK(all.all()
        == changes{{row_kind::container, operation::update, "c", {}},
                   {row_kind::mount, operation::create, "c", "a at /a"},
                   {row_kind::mount, operation::remove, "c", "b at /b"}});
}
