#include "http/event_streams.hpp"
#include "tests/feed/fake_history.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

using namespace volumeviz;
using namespace std::chrono_literals;

namespace {

/// Both ends of a connection; the server's end is given away.
class wire_pair {
public:
  wire_pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) == 0); }
  ~wire_pair() { ::close(ends_[0]); }
  wire_pair(const wire_pair&) = delete;
  wire_pair& operator=(const wire_pair&) = delete;

  http::connection server_end() { return http::connection{ends_[1]}; }
  int client() const { return ends_[0]; }

private:
  std::array<int, 2> ends_{};
};

} // namespace

TEST_CASE("a subscriber that reads nothing is cut off and counted, while another gets everything") {
  fakes::growing_history past;
  std::atomic<std::size_t> cut_off{0};
  std::atomic<std::size_t> subscribers{0};
  feed::feed_limits limits;
  limits.patience = 300ms;
  http::event_streams streams{
      {.reader = {.changes = &past,
                  .json = [](const persistence::change_row&) { return std::string(1000, 'x'); },
                  .health = {},
                  .deliver = {}},
       .most = 2,
       .limits = limits,
       .subscribers = [&](std::size_t now) { subscribers = now; },
       .cut_off = [&](std::size_t more) { cut_off += more; }}};
  wire_pair deaf, good, third;
  REQUIRE_FALSE(streams.add(deaf.server_end(), {}, "head"));
  REQUIRE_FALSE(streams.add(good.server_end(), {}, "head"));
  CHECK(streams.add(third.server_end(), {}, "head").has_value()); // there are two already
  constexpr std::size_t changes = 3000;
  for (std::size_t i = 0; i < changes; ++i)
    past.commit(fakes::growing_history::change());
  std::string text;
  std::array<char, 65536> buffer{};
  const std::string last = "id: " + std::to_string(changes) + "\n";
  while (text.find(last) == std::string::npos) {
    const auto got = ::recv(good.client(), buffer.data(), buffer.size(), 0);
    REQUIRE(got > 0);
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  CHECK(support::eventually([&] { return cut_off == 1 && subscribers == 1; }));
  // The deaf one finds what its socket held, and then the end.
  ssize_t got = 0;
  while ((got = ::recv(deaf.client(), buffer.data(), buffer.size(), 0)) > 0) {
  }
  CHECK(got == 0);
  streams.stop();
  CHECK(subscribers == 0);
}
