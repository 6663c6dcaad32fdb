#include "docker/client.hpp"
#include "docker/connection.hpp"
#include "docker/endpoint.hpp"
#include "docker/http_client.hpp"
#include "docker/http_stream.hpp"

namespace volumeviz::docker {

namespace {

class http_daemon final : public daemon {
public:
  http_daemon(address where, std::shared_ptr<deadline_keeper> keeper)
      : where_{std::move(where)}, keeper_{std::move(keeper)} {}

  std::unique_ptr<client> make_client() const override {
    return std::make_unique<http_client>(where_, keeper_);
  }
  std::unique_ptr<event_stream> make_stream(const stream_settings& settings) const override {
    return std::make_unique<http_stream>(where_, keeper_, settings);
  }

private:
  address where_;
  std::shared_ptr<deadline_keeper> keeper_;
};

} // namespace

result<std::shared_ptr<const daemon>> connect_to(const endpoint& where,
                                                 std::shared_ptr<deadline_keeper> keeper) {
  auto parsed = parse_endpoint(where);
  if (!parsed)
    return tl::unexpected{parsed.error()};
  if (const auto problem = certificate_problem(*parsed); !problem.empty())
    return fail(ec::bad_request, "DOCKER_CERT_PATH: " + problem);
  return std::make_shared<const http_daemon>(std::move(*parsed), std::move(keeper));
}

} // namespace volumeviz::docker
