#include "docker/client.hpp"
#include "docker/connection.hpp"
#include "docker/endpoint.hpp"
#include "docker/http_client.hpp"
#include "docker/http_stream.hpp"

namespace volumeviz::docker {

namespace {

class http_daemon final : public daemon {
public:
  explicit http_daemon(address where) : where_{std::move(where)} {}

  std::unique_ptr<client> make_client() const override {
    return std::make_unique<http_client>(where_);
  }
  std::unique_ptr<event_stream> make_stream(const stream_settings& settings) const override {
    return std::make_unique<http_stream>(where_, settings);
  }

private:
  address where_;
};

} // namespace

result<std::shared_ptr<const daemon>> connect_to(const endpoint& where) {
  auto parsed = parse_endpoint(where);
  if (!parsed)
    return tl::unexpected{parsed.error()};
  if (const auto problem = certificate_problem(*parsed); !problem.empty())
    return fail(ec::bad_request, "DOCKER_CERT_PATH: " + problem);
  return std::make_shared<const http_daemon>(std::move(*parsed));
}

} // namespace volumeviz::docker
