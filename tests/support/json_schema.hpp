#pragma once

#include <boost/json.hpp>

#include <string>

namespace volumeviz::support {

/// Checks JSON against schemas of a document, with the keywords that our documents use. Another
/// keyword is a fault, too, so that none is passed over.
class json_schema {
public:
  /// `document` must outlive this. References are pointers into it: "#/components/schemas/Error".
  explicit json_schema(const boost::json::value& document) : document_{document} {}

  /// What is wrong with `value` and where ("/items/0: …"); empty when nothing is.
  std::string fault(const boost::json::value& schema, const boost::json::value& value,
                    const std::string& where = {}) const;

  /// What a reference refers to; anything else is itself.
  const boost::json::value& resolved(const boost::json::value& part) const;

private:
  std::string keyword_fault(std::string_view keyword, const boost::json::object& schema,
                            const boost::json::value& value, const std::string& where) const;
  std::string object_fault(const boost::json::object& schema, const boost::json::object& value,
                           const std::string& where) const;

  const boost::json::value& document_;
};

} // namespace volumeviz::support
