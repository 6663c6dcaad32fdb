#include "tests/support/json_schema.hpp"

#include "text/iso_time.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace volumeviz::support {

namespace {

namespace json = boost::json;

bool is_of_type(const json::value& value, std::string_view type) {
  if (type == "integer")
    return value.is_int64() || value.is_uint64();
  return type == "object"    ? value.is_object()
         : type == "array"   ? value.is_array()
         : type == "string"  ? value.is_string()
         : type == "boolean" ? value.is_bool()
         : type == "null"    ? value.is_null()
                             : type == "number" && value.is_number();
}

std::string type_fault(const json::value& allowed, const json::value& value) {
  const auto fits = [&](const json::value& type) { return is_of_type(value, type.as_string()); };
  const bool good =
      allowed.is_array() ? std::ranges::any_of(allowed.as_array(), fits) : fits(allowed);
  return good ? "" : "is not of type " + json::serialize(allowed);
}

std::string bound_fault(std::string_view keyword, const json::value& bound,
                        const json::value& value) {
  if (!value.is_number())
    return "";
  const auto number = value.to_number<double>(), limit = bound.to_number<double>();
  const bool good = keyword == "minimum" ? number >= limit : number <= limit;
  return good ? "" : "is beyond the " + std::string{keyword};
}

std::string format_fault(const json::value& format, const json::value& value) {
  if (format != "date-time" || !value.is_string())
    return "";
  return text::parse_iso_time(value.as_string()) ? "" : "is no time";
}

std::string shortened(const json::value& value) {
  auto text = json::serialize(value);
  return text.size() < 200 ? text : text.substr(0, 200) + "…";
}

} // namespace

const json::value& json_schema::resolved(const json::value& part) const {
  const auto* object = part.if_object();
  const auto* reference = object == nullptr ? nullptr : object->if_contains("$ref");
  if (reference == nullptr)
    return part;
  const std::string_view target = reference->as_string();
  if (!target.starts_with("#/"))
    throw std::runtime_error{"a reference to another document"};
  return resolved(document_.at_pointer(target.substr(1)));
}

std::string json_schema::fault(const json::value& schema, const json::value& value,
                               const std::string& where) const {
  for (const auto& each : schema.as_object())
    if (auto found = keyword_fault(each.key(), schema.as_object(), value, where); !found.empty())
      return found;
  return "";
}

std::string json_schema::keyword_fault(std::string_view keyword, const json::object& schema,
                                       const json::value& value, const std::string& where) const {
  const auto& rule = schema.at(keyword);
  const auto here = [&](const std::string& what) {
    return what.empty() ? what : where + ": " + shortened(value) + " " + what;
  };
  const auto fits = [&](const json::value& one) { return fault(one, value, where).empty(); };
  if (keyword == "$ref")
    return fault(document_.at_pointer(std::string_view{rule.as_string()}.substr(1)), value, where);
  if (keyword == "type")
    return here(type_fault(rule, value));
  if (keyword == "enum")
    return here(std::ranges::find(rule.as_array(), value) == rule.as_array().end()
                    ? "is none of " + json::serialize(rule)
                    : "");
  if (keyword == "minimum" || keyword == "maximum")
    return here(bound_fault(keyword, rule, value));
  if (keyword == "format")
    return here(format_fault(rule, value));
  if (keyword == "oneOf" || keyword == "anyOf") {
    const auto count = std::ranges::count_if(rule.as_array(), fits);
    return here(count == 0                        ? "fits none of the forms"
                : count > 1 && keyword == "oneOf" ? "fits several forms"
                                                  : "");
  }
  if (keyword == "items") {
    std::string found;
    if (const auto* array = value.if_array())
      for (std::size_t i = 0; i < array->size() && found.empty(); ++i)
        found = fault(rule, array->at(i), where + "/" + std::to_string(i));
    return found;
  }
  if (keyword == "properties" || keyword == "required" || keyword == "additionalProperties")
    return keyword == "properties" || !schema.contains("properties")
               ? (value.is_object() ? object_fault(schema, value.as_object(), where) : "")
               : "";
  if (keyword == "description" || keyword == "default")
    return "";
  return "the schema has an unknown keyword: " + std::string{keyword};
}

std::string json_schema::object_fault(const json::object& schema, const json::object& value,
                                      const std::string& where) const {
  if (const auto* required = schema.if_contains("required"))
    for (const auto& name : required->as_array())
      if (!value.contains(name.as_string()))
        return where + ": has no " + std::string{name.as_string()};
  const auto* known = schema.if_contains("properties");
  const auto* others = schema.if_contains("additionalProperties");
  for (const auto& [name, member] : value) {
    const auto there = where + "/" + std::string{name};
    const auto* rule = known == nullptr ? nullptr : known->as_object().if_contains(name);
    if (rule == nullptr && others != nullptr && *others == false)
      return there + ": is unknown";
    if (rule == nullptr)
      rule = others;
    if (rule == nullptr || rule->is_bool())
      continue;
    if (auto found = fault(*rule, member, there); !found.empty())
      return found;
  }
  return "";
}

} // namespace volumeviz::support
