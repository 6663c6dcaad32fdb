#include "persistence/volume_usage.hpp"

#include "persistence/list_statement.hpp"

#include <boost/json.hpp>

namespace volumeviz::persistence {

std::string usage_of_volume(dialect kind, const std::string& now) {
  const column_texts texts{kind};
  const std::string join = kind == dialect::sqlite ? "CROSS" : "INNER";
  const std::string text = kind == dialect::sqlite ? "" : "::text";
  const auto running =
      "(SELECT " + texts.array(now + ", c.container_id, c.name, c.image, ''") + text
      + " FROM volume_mounts m " + join
      + " JOIN containers c ON c.host = m.host AND c.container_id = m.container_id WHERE m.host = "
        "t.host AND m.volume_id = t.volume_id AND c.is_active ORDER BY coalesce(c.started_at, "
        "c.updated_at) DESC, c.container_id LIMIT 1)";
  const auto recorded =
      "(SELECT "
      + texts.array(texts.time("u.last_used_at")
                    + ", u.container_id, u.container_name, u.container_image, "
                    + texts.time("u.orphaned_since"))
      + text + " FROM volume_usage u WHERE u.host = t.host AND u.volume_id = t.volume_id)";
  return "coalesce(" + running + ", " + recorded + ", '[\"\",\"\",\"\",\"\",\"\"]')";
}

std::optional<volume_usage> usage_from(const std::string& text) {
  if (text.empty())
    return std::nullopt;
  const auto json = boost::json::parse(text);
  const auto field = [&](std::size_t i) {
    const auto& value = json.as_array().at(i);
    return value.is_string() ? std::string{std::string_view{value.get_string()}} : std::string{};
  };
  return volume_usage{field(0), field(1), field(2), field(3), field(4)};
}

} // namespace volumeviz::persistence
