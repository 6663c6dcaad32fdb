// How a relay ends.
#include "tests/support/eventually.hpp"
#include "tests/wire/caf_bytes.hpp"
#include "tests/wire/tcp_pair.hpp"
#include "wire/relay.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;
using namespace std::chrono_literals;

namespace {

class open_filter : public frame_filter {
public:
  verdict header(const frame_header&) override { return passage::forward; }
  verdict frame(const frame_header&, bytes) override { return passage::forward; }
  passage sent(const frame_header&) override { return passage::forward; }
};

} // namespace

TEST_CASE("CAF gets no connection that was closed before its first frame was forwarded") {
  tcp_pair line;
  const auto frame = heartbeat().bytes_on_the_wire();
  asio::write(line.far, asio::buffer(frame));
  REQUIRE(support::eventually([&] { return line.near.available() >= frame.size(); }));
  int handed_over = 0;
  bool ended = false;
  const auto connection =
      std::make_shared<relay>(std::make_unique<peer_socket>(std::move(line.near)),
                              relay::parts{.filter = std::make_unique<open_filter>(),
                                           .hand_over = [&](const local_socket&) { ++handed_over; },
                                           .pace = nullptr});
  asio::co_spawn(
      line.context,
      [&]() -> asio::awaitable<void> {
        co_await connection->run();
        ended = true;
      },
      asio::detached);
  // Runs until the bytes have been read and not yet been checked.
  const auto left = [&] { return connection->peer().socket().available(); };
  for (int i = 0; i < 100 && left() > 0; ++i)
    line.context.run_one_for(1s);
  REQUIRE(left() == 0);
  REQUIRE(handed_over == 0);
  connection->close();
  line.context.run_for(10s);
  CHECK(ended);
  CHECK(handed_over == 0);
}
