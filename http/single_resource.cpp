#include "http/single_resource.hpp"

#include "http/health_json.hpp"
#include "http/row_json.hpp"
#include "text/utf8.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string_view>

namespace volumeviz::http {

namespace {

constexpr std::string_view hosts_prefix = "/api/v1/hosts/";
constexpr int most_mounts = 1000;

resource_answer failed(const failure& why) {
  return {why.code == ec::bad_request ? 400 : 503, error_json(why.text)};
}

resource_answer not_found(const stored_rows& stored, const resource_path& path) {
  boost::json::object body{{"error", path.is_volume ? "there is no such volume on this host"
                                                    : "there is no such container on this host"}};
  if (stored.past != nullptr) {
    const auto gone_at = path.is_volume ? stored.past->volume_gone_at(path.host, path.id)
                                        : stored.past->container_gone_at(path.host, path.id);
    if (!gone_at)
      return failed(gone_at.error());
    if (!gone_at->empty())
      body["gone_at"] = *gone_at;
  }
  return {404, boost::json::serialize(body)};
}

resource_answer answer_volume(const stored_rows& stored, const resource_path& path) {
  const auto found = stored.rows->volumes({.limit = 1, .host = path.host, .volume = path.id});
  if (!found)
    return failed(found.error());
  if (found->items.empty())
    return not_found(stored, path);
  return {200, row_json(found->items.front())};
}

resource_answer answer_container(const stored_rows& stored, const resource_path& path) {
  const auto found = stored.rows->containers({.limit = 2, .host = path.host, .container = path.id});
  if (!found)
    return failed(found.error());
  if (found->items.empty())
    return not_found(stored, path);
  if (found->items.size() > 1)
    return {400, error_json("several containers have an id that begins with the given digits: "
                            "give more of them")};
  const auto& row = found->items.front();
  const auto mounts =
      stored.rows->mounts({.limit = most_mounts, .host = path.host, .container = row.container_id});
  if (!mounts)
    return failed(mounts.error());
  return {200, row_json(row, mounts->items)};
}

} // namespace

std::optional<resource_path> parse_resource_path(const std::string& path) {
  if (!path.starts_with(hosts_prefix))
    return std::nullopt;
  for (const std::string_view kind : {"/volumes/", "/containers/"}) {
    const auto at = path.find(kind, hosts_prefix.size());
    if (at == std::string::npos)
      continue;
    resource_path found{path.substr(hosts_prefix.size(), at - hosts_prefix.size()),
                        path.substr(at + kind.size()), kind == "/volumes/"};
    if (!found.host.empty() && !found.id.empty() && found.id.find('/') == std::string::npos)
      return found;
  }
  return std::nullopt;
}

resource_answer answer_resource(const stored_rows& stored, const resource_path& path) {
  if (!text::is_storable(path.host) || !text::is_storable(path.id))
    return {400, error_json("the path is not valid UTF-8 text")};
  return path.is_volume ? answer_volume(stored, path) : answer_container(stored, path);
}

} // namespace volumeviz::http
