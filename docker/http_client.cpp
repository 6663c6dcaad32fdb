#include "docker/http_client.hpp"

#include "docker/event_json.hpp"
#include "docker/explain.hpp"
#include "docker/line_reader.hpp"
#include "docker/requests.hpp"
#include "docker/resource_json.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::docker {

namespace {

constexpr std::size_t list_size_limit = std::size_t{1} << 30;
constexpr std::size_t inspect_size_limit = 256 * 1024 * 1024;
constexpr std::size_t events_size_limit =
    512 * 1024 * 1024; // 256 events, each with labels of a megabyte
// 256 events with labels of 64 KiB. The audit asks every few seconds: more would be a burden.
constexpr std::size_t all_events_size_limit = 16 * 1024 * 1024;

// A container whose inspect hangs must not delay each list.
constexpr deadline retry_pause = std::chrono::minutes{1};

session::time_point in(deadline limit) {
  return std::chrono::steady_clock::now() + limit;
}

result<past_events> parse_events(std::string_view body) {
  past_events out;
  std::optional<failure> damage;
  event_parser parser;
  line_reader lines{events_size_limit};
  lines.feed(
      body,
      [&](std::string_view line) {
        auto parsed = parser.parse(line);
        if (auto* event = std::get_if<docker_event>(&parsed)) {
          out.stamps.push_back(event->time);
          out.events.push_back(std::move(*event));
        } else if (const auto* ignored = std::get_if<ignored_event>(&parsed)) {
          if (ignored->time != never)
            out.stamps.push_back(ignored->time);
        } else if (auto* why = std::get_if<failure>(&parsed); why && !damage) {
          damage = std::move(*why);
        }
      },
      [](std::size_t) {});
  if (!damage && lines.pending() > 0)
    damage = failure{ec::docker_malformed, "the daemon's answer ended within an event"};
  if (damage)
    return tl::unexpected{*damage};
  return out;
}

} // namespace

http_client::http_client(address where, std::shared_ptr<deadline_keeper> keeper)
    : session_{std::move(where), std::move(keeper)} {
}

void http_client::stop() noexcept {
  session_.stop();
}

result<daemon_identity> http_client::identify(deadline limit) {
  return session_.identify("identify the daemon", in(limit));
}

result<volume_listing> http_client::list_volumes(deadline limit) {
  volume_list_reader list;
  if (auto read = session_.fetch(
          "list volumes", [] { return "/volumes"; }, in(limit), list_size_limit, list);
      !read)
    return tl::unexpected{read.error()};
  return list.finish();
}

result<container_listing> http_client::list_containers(deadline limit) {
  const auto until = in(limit);
  container_list_reader list;
  if (auto read = session_.fetch(
          "list containers", [] { return "/containers/json?all=1"; }, until, list_size_limit, list);
      !read)
    return tl::unexpected{read.error()};
  auto parsed = list.finish();
  if (!parsed)
    return tl::unexpected{parsed.error()};
  name_images(parsed->listing.containers, parsed->named_by_id, until);
  return std::move(parsed->listing);
}

bool http_client::failed_recently(const std::string& id) {
  std::erase_if(retry_at_, [now = std::chrono::steady_clock::now()](const auto& x) {
    return x.second <= now;
  });
  return retry_at_.contains(id);
}

void http_client::name_images(packed_list<container>& containers,
                              const std::vector<std::string>& unnamed, session::time_point until) {
  std::map<std::string, std::string> names;
  bool asking = true;
  for (const auto& id : unnamed) {
    if (const auto known = image_names_.find(id); known != image_names_.end()) {
      names.insert(*known);
      continue;
    }
    if (!asking || failed_recently(id))
      continue;
    // An inspect can hang where a list does not. It gets little time; if it fails, only the name
    // is missing.
    const auto patience = std::min(until, in(std::chrono::milliseconds{500}));
    const auto body = inspect("inspect container " + short_id(id), "/containers/" + id + "/json",
                              "container", patience);
    asking = body.has_value();
    if (!body && body.error().code == ec::docker_timeout)
      retry_at_[id] = in(retry_pause);
    if (!body || !*body)
      continue;
    const auto found = parse_container(**body, session_.podman());
    if (found && !found->image.empty())
      names.emplace(id, found->image);
  }
  image_names_ = std::move(names);
  if (image_names_.empty())
    return;
  packed_list<container> named;
  for (auto x : std::exchange(containers, {})) {
    if (const auto known = image_names_.find(x.id); known != image_names_.end())
      x.image = known->second;
    named.push_back(x);
  }
  containers = std::move(named);
}

result<std::optional<std::string>> http_client::inspect(const std::string& what,
                                                        const std::string& path,
                                                        std::string_view no_such,
                                                        session::time_point until) {
  auto out = session_.get(
      what, [&] { return path; }, until, inspect_size_limit);
  if (!out)
    return tl::unexpected{out.error()};
  if (out->status == 200)
    return std::move(out->body);
  if (out->status == 404 && says_gone(out->body, no_such))
    return std::nullopt;
  return tl::unexpected{explain_status(what, out->status, out->body)};
}

result<std::optional<volume>> http_client::inspect_volume(const std::string& name, deadline limit) {
  if (name.empty()) // the path would be that of the list
    return fail(ec::bad_request, "couldn't inspect a volume without a name");
  if (is_mangled_by_router(name))
    return fail(ec::bad_request, "couldn't inspect volume " + name
                                     + ": the daemon's router rewrites this name, so only the list "
                                       "of volumes shows it");
  const auto body =
      inspect("inspect volume " + name, "/volumes/" + path_element(name), "volume", in(limit));
  if (!body)
    return tl::unexpected{body.error()};
  if (!*body)
    return std::nullopt;
  auto out = parse_volume(**body);
  if (!out)
    return tl::unexpected{out.error()};
  if (out->name != name)
    return fail(ec::docker_malformed,
                "the daemon answered an inspect of volume " + name + " with volume " + out->name);
  return std::move(*out);
}

result<std::optional<container>> http_client::inspect_container(const std::string& id,
                                                                deadline limit) {
  if (id.empty())
    return fail(ec::bad_request, "couldn't inspect a container without an id");
  const auto body = inspect("inspect container " + short_id(id),
                            "/containers/" + path_element(id) + "/json", "container", in(limit));
  if (!body)
    return tl::unexpected{body.error()};
  if (!*body)
    return std::nullopt;
  auto out = parse_container(**body, session_.podman());
  if (!out)
    return tl::unexpected{out.error()};
  return std::move(*out);
}

result<past_events> http_client::events_between(timestamp since, timestamp until, deadline limit) {
  constexpr std::string_view what = "get past events";
  const auto patience = in(limit);
  auto answer = session_.get(
      what, [&] { return all_events_path(since, until); }, patience, all_events_size_limit);
  const bool too_long = !answer && answer.error().code == ec::docker_too_large;
  if (too_long)
    answer = session_.get(
        what, [&] { return events_path(since, until, session_.genuine()); }, patience,
        events_size_limit);
  if (!answer)
    return tl::unexpected{answer.error()};
  if (answer->status != 200)
    return tl::unexpected{explain_status(what, answer->status, answer->body)};
  auto out = parse_events(answer->body);
  if (out) {
    out->all = !too_long;
    out->answered_at = answer->date;
    const auto before = std::exchange(events_connection_, session_.kept_connection());
    out->continued = before && before == events_connection_;
  }
  return out;
}

} // namespace volumeviz::docker
