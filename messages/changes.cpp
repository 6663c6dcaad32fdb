#include "messages/changes.hpp"

#include <algorithm>

namespace volumeviz {

bool spares(const spared_rows& spared, std::string_view driver, bool mounted) {
  const auto has = [driver](const auto& drivers) {
    return std::ranges::find(drivers, driver) != drivers.end();
  };
  return spared.all || has(spared.drivers) || (spared.mounted && mounted)
         || (spared.others && !has(spared.known));
}

const char* to_string(change_source source) noexcept {
  return source == change_source::event ? "event" : "reconciliation";
}

const char* to_string(operation op) noexcept {
  switch (op) {
  case operation::create:
    return "create";
  case operation::update:
    return "update";
  case operation::remove:
    return "remove";
  }
  return "update";
}

const char* to_string(row_kind kind) noexcept {
  switch (kind) {
  case row_kind::volume:
    return "volume";
  case row_kind::container:
    return "container";
  case row_kind::mount:
    return "mount";
  }
  return "volume";
}

} // namespace volumeviz
