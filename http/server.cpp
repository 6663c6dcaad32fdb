#include "http/server.hpp"

#include "http/change_json.hpp"
#include "http/health_json.hpp"
#include "http/listener.hpp"
#include "http/router.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <sys/resource.h>
#include <utility>

namespace volumeviz::http {

namespace {

constexpr std::size_t most_subscribers = 1000;

/// The other half is for Docker, the database and agents: slow clients must not take it.
std::size_t at_most_half_the_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return wanted;
  return std::clamp<std::size_t>(limit.rlim_cur / 2, 1, wanted);
}

/// A status of its own for each combination of statuses.
std::optional<feed::told_health> told_health_of(node_view& view) {
  auto report = view.health();
  if (!report)
    return {};
  std::string state = to_string(report->status);
  state.append(" ").append(to_string(report->events.status));
  for (const auto& check : report->checks)
    state.append(" ").append(check.name).append(to_string(check.status));
  return feed::told_health{std::move(state), health_json(*report)};
}

/// Null: there is no history that could be followed.
std::shared_ptr<event_streams> streams_of(const feed_connections& with, node_view& view,
                                          const stored_rows& stored) {
  if (stored.past == nullptr)
    return {};
  return std::make_shared<event_streams>(
      stream_parts{.reader = {.changes = stored.followed ? stored.followed : stored.past,
                              .json = change_json,
                              .health = [&view] { return told_health_of(view); },
                              .deliver = {}},
                   .most = at_most_half_the_descriptors(most_subscribers),
                   .commits = with.commits,
                   .subscribers = with.subscribers,
                   .cut_off = with.cut_off});
}

} // namespace

result<std::unique_ptr<server>> start(const server_settings& settings, node_view& view,
                                      stored_rows stored) {
  listener_limits limits;
  limits.idle.connections = at_most_half_the_descriptors(limits.idle.connections);
  // Three threads are always free for health and metrics, even when the database blocks all others.
  constexpr std::ptrdiff_t reserved = 3;
  access_rules access{.token = settings.auth_token,
                      .allowed_hosts = settings.allowed_hosts,
                      .only_loopback = is_only_loopback(settings.listen.host)};
  auto streams = streams_of(settings.feed, view, stored);
  auto paths = std::make_shared<router>(view, stored, std::move(access),
                                        static_cast<std::ptrdiff_t>(limits.threads) - reserved,
                                        settings.before_metrics);
  return listen(
      settings.listen, limits, [paths](const request& what) { return paths->answer(what); },
      std::move(streams));
}

} // namespace volumeviz::http
