#include "messages/changes.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

template <class Has>
bool spared_by(const spared_rows& x, std::string_view driver, bool mounted, Has has) {
  return x.all || has(x.drivers, driver) || (x.mounted && mounted)
         || (x.others && !has(x.known, driver));
}

template <class Resource>
void unpack(observed<Resource>& x) {
  x.present.reserve(count_present(x));
  for (auto y : std::exchange(x.listed, {}))
    x.present.push_back(std::move(y));
}

} // namespace

void unpack(change_batch& x) {
  unpack(x.volumes);
  unpack(x.containers);
}

bool spares(const spared_rows& spared, std::string_view driver, bool mounted) {
  return spared_by(spared, driver, mounted, [](const auto& drivers, std::string_view which) {
    return std::ranges::find(drivers, which) != drivers.end();
  });
}

sparing::sparing(const spared_rows& of)
    : of_(of), drivers_(of.drivers.begin(), of.drivers.end()),
      known_(of.known.begin(), of.known.end()),
      unverified_(of.unverified.begin(), of.unverified.end()) {
}

bool sparing::operator()(std::string_view driver, bool mounted) const {
  return spared_by(of_, driver, mounted, [this](const auto& drivers, std::string_view which) {
    return (&drivers == &of_.drivers ? drivers_ : known_).contains(which);
  });
}

bool sparing::unverified(std::string_view key) const {
  return of_.all_unverified || unverified_.contains(key);
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
