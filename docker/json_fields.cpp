#include "docker/json_fields.hpp"

#include "docker/times.hpp"

#include <boost/json.hpp>

namespace volumeviz::docker {

namespace json = boost::json;

json_fields::json_fields(const json::value& value, std::string_view what)
    : object_{value.if_object()}, what_{what} {
  if (!object_)
    complain("a " + std::string{what} + " is no JSON object");
}

std::string json_fields::text(std::string_view name) {
  const auto* found = find(name);
  if (!found)
    return {};
  if (const auto* string = found->if_string())
    return std::string{string->data(), string->size()};
  wrong(name, "text");
  return {};
}

std::string json_fields::required_text(std::string_view name) {
  auto out = text(name);
  if (out.empty())
    wrong(name, "text that is not empty");
  return out;
}

bool json_fields::flag(std::string_view name, bool fallback) {
  const auto* found = find(name);
  if (!found)
    return fallback;
  if (const auto* value = found->if_bool())
    return *value;
  wrong(name, "true or false");
  return fallback;
}

std::int64_t json_fields::number(std::string_view name) {
  const auto* found = find(name);
  if (!found)
    return 0;
  boost::system::error_code bad;
  const auto out = found->to_number<std::int64_t>(bad);
  if (bad)
    wrong(name, "a whole number");
  return bad ? 0 : out;
}

timestamp json_fields::time(std::string_view name) {
  return parse_rfc3339(text(name)).value_or(never);
}

key_values json_fields::pairs(std::string_view name) {
  key_values out;
  const auto* members = object(name);
  if (!members)
    return out;
  for (const auto& member : *members) {
    const auto* value = member.value().if_string();
    if (!value) {
      wrong(name, "an object of texts");
      return {};
    }
    out.emplace(std::string_view{member.key()}, std::string_view{*value});
  }
  return out;
}

const json::array* json_fields::list(std::string_view name) {
  const auto* found = find(name);
  if (found && !found->is_array())
    wrong(name, "a list");
  return found ? found->if_array() : nullptr;
}

const json::object* json_fields::object(std::string_view name) {
  const auto* found = find(name);
  if (found && !found->is_object())
    wrong(name, "an object");
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

void json_fields::wrong(std::string_view name, std::string_view wanted) {
  complain(std::string{what_} + ": " + std::string{name} + " should be " + std::string{wanted});
}

} // namespace volumeviz::docker
