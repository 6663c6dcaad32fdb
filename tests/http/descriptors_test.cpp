#include "http/listener.hpp"
#include "tests/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

using namespace volumeviz;
using namespace std::chrono_literals;

namespace {

/// Uses up all descriptors of this process but `spare`, until it is destroyed.
class few_descriptors {
public:
  explicit few_descriptors(int spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto few = before_;
    few.rlim_cur = 300;
    ::setrlimit(RLIMIT_NOFILE, &few);
    for (int one = 0; (one = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
      fillers_.push_back(one);
    give(spare);
  }
  ~few_descriptors() {
    give(static_cast<int>(fillers_.size()));
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;

  void give(int count) {
    for (; count > 0 && !fillers_.empty(); --count) {
      ::close(fillers_.back());
      fillers_.pop_back();
    }
  }

private:
  rlimit before_{};
  std::vector<int> fillers_;
};

std::unique_ptr<http::server> some_server() {
  auto started = http::listen({"127.0.0.1", 0}, {}, [](const http::request&) {
    return http::response{.status = 200, .body = R"({"status":"ok","reasons":[]})", .headers = {}};
  });
  REQUIRE(started.has_value());
  return std::move(*started);
}

const std::string get = "GET /api/v1/health/live HTTP/1.1\r\n\r\n";

/// How often the threads of this process have blocked.
long naps() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_nvcsw;
}

} // namespace

TEST_CASE("without descriptors a connection waits, uses little CPU, and is served later") {
  auto server = some_server();
  few_descriptors limit{1};
  raw_client client{server->port()}; // takes the last one; the system keeps the other end for now
  REQUIRE(client.send(get));
  const auto before = naps();
  CHECK_FALSE(client.read(false, 500ms).has_value());
  CHECK(naps() - before < 100); // 30 or so; a retry every millisecond makes 500, a spin 100,000
  limit.give(10);
  const auto answer = client.read();
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
}

TEST_CASE("without descriptors the connection that is idle longest is closed for the next one") {
  auto server = some_server();
  few_descriptors limit{21};
  std::vector<raw_client> slow;
  for (int i = 0; i < 10; ++i) {
    slow.emplace_back(server->port());
    REQUIRE(slow.back().send(get));
    REQUIRE(slow.back().read().has_value()); // so the server has its end, too
  }
  raw_client next{server->port()};
  REQUIRE(next.send(get));
  const auto answer = next.read();
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
  CHECK(slow.front().ends());
  REQUIRE(slow.back().send(get));
  CHECK(slow.back().read().has_value());
}
