#include "actors/inventory/change_words.hpp"

#include <fmt/format.h>

namespace volumeviz {

namespace {

const char* done(operation op) {
  switch (op) {
  case operation::create:
    return "created";
  case operation::update:
    return "updated";
  case operation::remove:
    return "removed";
  }
  return "";
}

} // namespace

std::string spoken(const row_change& x, const container* of) {
  if (x.kind == row_kind::volume)
    return fmt::format("volume {} {}", x.key, done(x.op));
  const auto id = x.key.substr(0, 12);
  const auto who = of != nullptr && !of->name.empty() ? fmt::format("{} ({})", of->name, id) : id;
  if (x.kind == row_kind::mount)
    return fmt::format("mount {} in container {} {}", x.detail, who, done(x.op));
  return fmt::format("container {} {}{}", who, done(x.op),
                     of != nullptr && x.op != operation::remove ? ": " + of->status : "");
}

} // namespace volumeviz
