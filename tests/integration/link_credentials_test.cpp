// What the program reports about the certificates of agents and a hub.
#include "tests/stage/stage.hpp"
#include "tests/support/authority.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::integration;
using namespace volumeviz::support;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The lines of check about the files.
std::string said_by_check(const variables& settings) {
  const auto done = run_program(program_path(), {"check"}, settings);
  std::istringstream lines{done.output};
  std::string said;
  for (std::string line; std::getline(lines, line);)
    if (contains(line, "hub tls"))
      said += line + '\n';
  return said;
}

struct setting {
  authority ca;
  issued_files agent = ca.issue(agent_wish("web_1"));
  scratch_folder folder;
  variables settings{{"NODE_ROLE", "agent"},
                     {"NODE_NAME", "web_1"},
                     {"HUB_ADDRESS", "hub.example:4711"},
                     {"HUB_TLS_CERT", agent.certificate},
                     {"HUB_TLS_KEY", agent.key},
                     {"HUB_TLS_CA", ca.ca()},
                     {"DOCKER_HOST", "unix:///nowhere/docker.sock"},
                     {"DATABASE_URL", "sqlite://" + (folder / "x.db")},
                     {"HTTP_LISTEN", "127.0.0.1:0"}};
};

} // namespace

TEST_CASE("check shows the names and the expiry of the certificate, or what is wrong") {
  setting on;
  const auto soon = said_by_check(on.settings);
  CHECK(soon.starts_with("ok    hub tls "));
  for (const auto* part : {"web_1", "expires in 1 days", "renew it"})
    CHECK(contains(soon, part));
  auto longer = agent_wish("web_1");
  longer.ends = std::chrono::hours{24 * 100 + 1};
  auto ca = authority::usual();
  ca.ends = std::chrono::hours{24 * 200};
  const authority lasting{ca};
  const auto made = lasting.issue(longer);
  on.settings["HUB_TLS_CERT"] = made.certificate;
  on.settings["HUB_TLS_KEY"] = made.key;
  on.settings["HUB_TLS_CA"] = lasting.ca();
  const auto later = said_by_check(on.settings);
  CHECK(contains(later, "expires in 100 days"));
  CHECK_FALSE(contains(later, "renew it"));

  on.settings["HUB_TLS_KEY"] = on.agent.key;
  on.settings["HUB_TLS_CA"] = on.ca.ca();
  const auto said = said_by_check(on.settings);
  CHECK(contains(said, "FAIL  hub tls      HUB_TLS_KEY=\"" + on.agent.key
                           + "\": the key does not belong to the certificate"));
  CHECK(contains(said, "FAIL  hub tls      HUB_TLS_CERT=\"" + made.certificate
                           + "\": it is not signed by the CA"));

  for (const auto* name : {"HUB_TLS_CERT", "HUB_TLS_KEY", "HUB_TLS_CA"})
    on.settings.erase(name);
  on.settings["HUB_INSECURE"] = "true";
  CHECK(contains(said_by_check(on.settings), "ok    hub tls      off"));
  on.settings["NODE_ROLE"] = "standalone";
  CHECK(said_by_check(on.settings) == "");
}

TEST_CASE("unusable files are wrong settings: serve names the variable and ends with 78") {
  setting on;
  on.settings["NODE_NAME"] = "web_2";
  const auto other = run_program(program_path(), {"serve"}, on.settings);
  CHECK(other.exit_code == 78);
  CHECK(contains(other.errors, "HUB_TLS_CERT=\"" + on.agent.certificate
                                   + "\": the certificate is for web_1, not for \"web_2\""));
  on.settings["NODE_ROLE"] = "hub";
  const auto hub = run_program(program_path(), {"serve"}, on.settings);
  CHECK(hub.exit_code == 78);
  CHECK(contains(hub.errors, "lacks serverAuth"));
  on.settings["HUB_TLS_KEY"] = "/nowhere/key.pem";
  on.settings["HUB_TLS_CA"] = "/nowhere/ca.pem";
  const auto missing = run_program(program_path(), {"serve"}, on.settings);
  CHECK(missing.exit_code == 78);
  CHECK(contains(missing.errors, "HUB_TLS_KEY=\"/nowhere/key.pem\": there is no such file\n"));
  CHECK(contains(missing.errors, "HUB_TLS_CA=\"/nowhere/ca.pem\": there is no such file\n"));
}
