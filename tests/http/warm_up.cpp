// Debian's cpp-httplib is not instrumented. It fills some tables at the first request, and the
// thread sanitizer does not see its locks, so it reports the later reads as races. Threads that end
// before the first test fill the tables here.
#include <httplib.h>

#include <thread>

namespace {

[[maybe_unused]] const bool warm = [] {
  httplib::Server server;
  server.Get("/", [](const httplib::Request&, httplib::Response& out) {
    out.set_content("warm", "text/plain");
  });
  const auto port = server.bind_to_any_port("127.0.0.1");
  if (port <= 0)
    return false;
  std::thread serving{[&] { server.listen_after_bind(); }};
  const auto answer = httplib::Client{"127.0.0.1", port}.Get("/");
  server.stop();
  serving.join();
  return static_cast<bool>(answer);
}();

} // namespace
