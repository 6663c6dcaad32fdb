#include "persistence/history_replay.hpp"

#include "persistence/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace volumeviz::persistence {

namespace {

constexpr std::size_t most_lines = 100;

/// Empty when the text is not an object.
boost::json::object parsed(std::string_view text) {
  boost::system::error_code error;
  auto value = boost::json::parse(boost::json::string_view{text.data(), text.size()}, error);
  return !error && value.is_object() ? std::move(value.get_object()) : boost::json::object{};
}

/// The columns in which they differ: "state: "running" is "exited"".
std::string difference_of(const boost::json::object& replayed, const boost::json::object& row) {
  std::string text;
  for (const auto& column : row) {
    const auto* was = replayed.if_contains(column.key());
    if (was != nullptr && *was == column.value())
      continue;
    text += (text.empty() ? "" : ", ") + std::string{std::string_view{column.key()}} + " is "
            + boost::json::serialize(column.value()) + " and not "
            + (was != nullptr ? boost::json::serialize(*was) : "there");
  }
  return text;
}

} // namespace

void history_replay::apply(const replayed_change& change) {
  const std::string key{change.key};
  const auto known = rows_.find(key);
  if (change.operation == "create") {
    if (known != rows_.end())
      report(key, "change " + std::to_string(change.id) + " creates a row that is there already");
    rows_.insert_or_assign(key, parsed(change.new_row));
    removed_.erase(hash_of(key));
    return;
  }
  if (known == rows_.end() && removed_.contains(hash_of(key)))
    report(key, "change " + std::to_string(change.id) + " is of a row that was removed before");
  const bool is_update = change.operation == "update";
  if (known != rows_.end()) {
    const auto before = parsed(is_update ? change.before : change.old_row);
    if (known->second != before)
      report(key, "before change " + std::to_string(change.id) + ' '
                      + difference_of(known->second, before));
  }
  if (is_update) {
    update(rows_.insert_or_assign(key, parsed(change.before)).first->second, change);
  } else {
    rows_.erase(key);
    removed_.insert(hash_of(key));
  }
}

void history_replay::update(object& row, const replayed_change& change) {
  const auto old = parsed(change.old_row);
  for (const auto& column : old)
    if (const auto* was = row.if_contains(column.key()); was == nullptr || *was != column.value())
      report(change.key, "change " + std::to_string(change.id) + " contradicts itself in "
                             + std::string{std::string_view{column.key()}});
  for (const auto& column : parsed(change.new_row))
    row.insert_or_assign(column.key(), column.value());
}

void history_replay::compare(std::string_view key, std::string_view row, bool may_be_older) {
  const auto known = rows_.find(std::string{key});
  if (known == rows_.end()) {
    const bool was_removed = removed_.contains(hash_of(key));
    if (was_removed || !may_be_older)
      report(key, was_removed ? "is there, but the history has removed it"
                              : "is there, but the history does not know it");
    return;
  }
  if (const auto now = parsed(row); known->second != now)
    report(key, difference_of(known->second, now));
  rows_.erase(known);
}

void history_replay::finish() {
  for (const auto& [key, row] : rows_)
    report(key, "is not there, but the history has not removed it");
  rows_.clear();
}

void history_replay::report(std::string_view key, const std::string& what) {
  ++differences_;
  if (lines_.size() < most_lines)
    lines_.push_back(std::string{key} + ": " + what);
}

} // namespace volumeviz::persistence
