#include "docker/json_fields.hpp"

#include "text/iso_time.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace volumeviz::docker {

namespace json = boost::json;

namespace {

/// A member's name within a sentence: "Name" as "name", but "CreatedAt" as it is.
std::string word(std::string_view name) {
  std::string out{name};
  const auto capitals = std::ranges::count_if(out, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (capitals == 1 && out.front() >= 'A' && out.front() <= 'Z')
    out.front() = static_cast<char>(out.front() - 'A' + 'a');
  return out;
}

} // namespace

json_fields::json_fields(const json::value& value, std::string_view what)
    : object_{value.if_object()}, what_{what} {
  if (!object_)
    complain(what.empty() ? "it is not a JSON object"
                          : "its " + std::string{what} + " is not a JSON object");
}

std::string json_fields::text(std::string_view name) {
  const auto* found = find(name);
  if (!found)
    return {};
  if (const auto* string = found->if_string())
    return std::string{string->data(), string->size()};
  wrong(name, "should be valid text");
  return {};
}

std::string json_fields::required_text(std::string_view name) {
  auto out = text(name); // complains of what is not text
  if (out.empty())
    wrong(name, find(name) ? "is empty" : "is missing");
  return out;
}

bool json_fields::flag(std::string_view name, bool fallback) {
  const auto* found = find(name);
  if (!found)
    return fallback;
  if (const auto* value = found->if_bool())
    return *value;
  wrong(name, "should be true or false");
  return fallback;
}

std::int64_t json_fields::number(std::string_view name) {
  const auto* found = find(name);
  if (!found)
    return 0;
  boost::system::error_code bad;
  const auto out = found->to_number<std::int64_t>(bad);
  if (bad)
    wrong(name, "should be a whole number");
  return bad ? 0 : out;
}

timestamp json_fields::time(std::string_view name) {
  return text::parse_iso_time(text(name)).value_or(never);
}

key_values json_fields::pairs(std::string_view name) {
  key_values out;
  const auto* members = object(name);
  if (!members)
    return out;
  for (const auto& member : *members) {
    const auto* value = member.value().if_string();
    if (!value) {
      wrong(name, "should be an object of valid texts");
      return {};
    }
    out.emplace(std::string_view{member.key()}, std::string_view{*value});
  }
  return out;
}

const json::array* json_fields::list(std::string_view name) {
  const auto* found = find(name);
  if (found && !found->is_array())
    wrong(name, "should be a list");
  return found ? found->if_array() : nullptr;
}

const json::object* json_fields::object(std::string_view name) {
  const auto* found = find(name);
  if (found && !found->is_object())
    wrong(name, "should be an object");
  return found ? found->if_object() : nullptr;
}

bool json_fields::has(std::string_view name) const {
  return object_ && object_->contains(name);
}

void json_fields::complain(std::string problem) {
  if (problem_.empty())
    problem_ = std::move(problem);
}

const json::value* json_fields::find(std::string_view name) const {
  const auto* found = object_ ? object_->if_contains(name) : nullptr;
  return found && !found->is_null() ? found : nullptr;
}

void json_fields::wrong(std::string_view name, std::string_view problem) {
  complain("its " + (what_.empty() ? "" : std::string{what_} + ": the ") + word(name) + " "
           + std::string{problem});
}

} // namespace volumeviz::docker
