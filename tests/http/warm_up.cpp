// Debian's cpp-httplib is not instrumented: it fills some of its own tables at the first request,
// and the thread sanitizer sees who fills and who reads them, but not that the one waits for the
// other. Here they are filled by threads that have ended before the first test begins.
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
