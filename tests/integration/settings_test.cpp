// What `check` and a start report about unusable settings.
#include "tests/stage/stage.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::integration;
using namespace volumeviz::support;

namespace {

finished run(const std::vector<std::string>& arguments, const variables& settings) {
  return run_program(program_path(), arguments, settings);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("unusable parameters of DATABASE_URL are wrong settings, all reported at once") {
  const auto refused =
      run({"check"}, {{"DATABASE_URL", "postgresql://u:hush@h/n?sslmode=on&no_such=1"},
                      {"LOG_LEVEL", "loud"}});
  CHECK(refused.exit_code == 78);
  CHECK(contains(refused.errors, "the parameter sslmode: allowed is"));
  CHECK(contains(refused.errors, "the parameter no_such"));
  CHECK(contains(refused.errors, "LOG_LEVEL"));
  CHECK_FALSE(contains(refused.errors, "hush"));
}

TEST_CASE("check tries to write, and notes the ignored settings") {
  const scratch_folder folder;
  const auto tried = run({"check"}, {{"DATABASE_URL", "sqlite:///" + (folder / "x.db")},
                                     {"DOCKER_HOST", "unix:///nowhere/docker.sock"},
                                     {"DOCKER_CONTEXT", "far"},
                                     {"EVENTS_PORT", "tcp://10.0.0.1:80"},
                                     {"NODE_NAME", "host-1"},
                                     {"HTTP_LISTEN", "127.0.0.1:0"}});
  CHECK(contains(tried.output, "ok    writing"));
  CHECK(contains(tried.output, "note  settings     DOCKER_CONTEXT=\"far\" is ignored"));
  CHECK(contains(tried.output, "EVENTS_PORT"));
  CHECK(contains(tried.output, "ok    node name    host-1"));
}
