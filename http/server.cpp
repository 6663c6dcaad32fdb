#include "http/server.hpp"

#include "http/listener.hpp"
#include "http/router.hpp"

#include <memory>

namespace volumeviz::http {

result<std::unique_ptr<server>> start(const server_settings& settings, node_view& view,
                                      persistence::inventory* rows) {
  const listener_limits limits;
  // Three threads are always left to health and metrics, however long the database keeps the
  // others.
  constexpr std::ptrdiff_t reserved = 3;
  auto paths = std::make_shared<router>(view, rows, settings.auth_token,
                                        static_cast<std::ptrdiff_t>(limits.threads) - reserved);
  return listen(settings.listen, limits,
                [paths](const request& what) { return paths->answer(what); });
}

} // namespace volumeviz::http
