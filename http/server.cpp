#include "http/server.hpp"

#include "http/listener.hpp"
#include "http/router.hpp"

#include <algorithm>
#include <memory>
#include <sys/resource.h>
#include <utility>

namespace volumeviz::http {

namespace {

/// The other half is for Docker, the database and agents: slow clients must not take it.
std::size_t at_most_half_the_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return wanted;
  return std::clamp<std::size_t>(limit.rlim_cur / 2, 1, wanted);
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
  auto paths = std::make_shared<router>(view, stored, std::move(access),
                                        static_cast<std::ptrdiff_t>(limits.threads) - reserved);
  return listen(settings.listen, limits,
                [paths](const request& what) { return paths->answer(what); });
}

} // namespace volumeviz::http
