// What the other kind's handler has to fetch after a write.

#include "sync/mount_hints.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

mount_hints hints_after(resource_kind kind, bool list, const write_summary& written) {
  fetch asked;
  asked.list = list;
  const observation seen;
  return mount_hints_of({kind, asked, false, seen, written});
}

write_summary mount_changed(operation op) {
  write_summary written;
  written.changes = {{row_kind::mount, op, "web", "data at /var"}};
  return written;
}

write_summary unnamed_mounts(operation op) {
  write_summary written;
  written.more_changes = {{row_kind::mount, op, 3}};
  return written;
}

} // namespace

TEST_CASE("a mount that an inspect has added names its volume") {
  const auto created = mount_changed(operation::create);
  CHECK(hints_after(resource_kind::container, false, created).keys
        == std::set<std::string>{"data"});
  CHECK(hints_after(resource_kind::container, true, created).keys.empty());
  const auto removed = mount_changed(operation::remove);
  CHECK(hints_after(resource_kind::container, false, removed).keys.empty());
}

TEST_CASE("a mount that went with its volume names its container") {
  for (const auto list : {false, true})
    CHECK(hints_after(resource_kind::volume, list, mount_changed(operation::remove)).keys
          == std::set<std::string>{"web"});
}

TEST_CASE("mounts that the answer does not name mean the whole kind") {
  const auto created = unnamed_mounts(operation::create);
  const auto removed = unnamed_mounts(operation::remove);
  CHECK(hints_after(resource_kind::container, false, created).all);
  CHECK_FALSE(hints_after(resource_kind::container, true, created).all);
  CHECK_FALSE(hints_after(resource_kind::container, false, removed).all);
  CHECK(hints_after(resource_kind::volume, true, removed).all);
}

TEST_CASE("other rows mean nothing to the other kind") {
  write_summary written;
  written.changes = {{row_kind::volume, operation::remove, "data", {}},
                     {row_kind::container, operation::create, "web", {}}};
  for (const auto kind : {resource_kind::volume, resource_kind::container}) {
    CHECK(hints_after(kind, false, written).keys.empty());
    CHECK_FALSE(hints_after(kind, false, written).all);
  }
}
