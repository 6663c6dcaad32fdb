#pragma once

#include "messages/resources.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// Reads the members of one JSON object and remembers the first problem. A member that is missing
/// or null reads as its empty value: Docker omits members, or writes null, without a rule.
class json_fields {
public:
  /// `what` names the object in problems ("its mount: the name is missing"); empty: it is the
  /// subject ("its name is missing"). A value that is not an object is the first problem.
  explicit json_fields(const boost::json::value& value, std::string_view what = {});
  explicit json_fields(const boost::json::object& object, std::string_view what = {})
      : object_{&object}, what_{what} {}

  std::string text(std::string_view name);
  std::string required_text(std::string_view name); ///< a problem when missing or empty
  bool flag(std::string_view name, bool fallback);
  std::int64_t number(std::string_view name);
  /// RFC 3339; `never` if it can't be parsed: a volume plugin may write anything.
  timestamp time(std::string_view name);
  key_values pairs(std::string_view name);
  const boost::json::array* list(std::string_view name);    ///< null when missing
  const boost::json::object* object(std::string_view name); ///< null when missing
  bool has(std::string_view name) const;                    ///< also when it is null

  void complain(std::string problem);                              ///< kept if it is the first
  const std::string& problem() const noexcept { return problem_; } ///< empty: none
  bool ok() const noexcept { return problem_.empty(); }

private:
  const boost::json::value* find(std::string_view name) const;
  void wrong(std::string_view name, std::string_view problem);

  const boost::json::object* object_ = nullptr;
  std::string_view what_;
  std::string problem_;
};

} // namespace volumeviz::docker
