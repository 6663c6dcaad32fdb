// deploy/fleet-certificates creates certificates that agents and hubs accept.
#include "tests/identity/handshake.hpp"
#include "tests/support/program.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <map>

using namespace volumeviz::identity;
using namespace volumeviz::identity::testing;
using volumeviz::support::file_text;
using volumeviz::support::finished;
using volumeviz::support::run_program;
using volumeviz::support::scratch_folder;
using strings = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

finished run(const strings& arguments) {
  return run_program(VOLUMEVIZ_SOURCE_DIR "/deploy/fleet-certificates", arguments);
}

void made(const strings& arguments) {
  const auto done = run(arguments);
  REQUIRE_MESSAGE(done.exit_code == 0, done.output, done.errors);
}

key_files files_in(const std::string& folder) {
  return {folder + "/cert.pem", folder + "/key.pem", folder + "/ca.pem"};
}

strings names_that_the_hub_sees(const member& hub, const member& agent) {
  const encounter met{agent, hub};
  REQUIRE_MESSAGE(met.both_believe(), met.agents_reason(), met.hubs_reason());
  return met.hub()->peer().names;
}

std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> result;
  for (const auto& each : fs::recursive_directory_iterator{folder})
    if (each.is_regular_file())
      result[each.path()] = file_text(each.path());
  return result;
}

} // namespace

TEST_CASE("fleet-certificates: agents and hub of one CA accept each other, by their names") {
  const scratch_folder scratch;
  const auto folder = scratch / "fleet";
  made({folder, "hub.example,10.0.0.1,fd00::1", "web_1", std::string(200, 'n')});
  const auto hub = load(files_in(folder + "/hub"), side::hub);
  const auto agent = load(files_in(folder + "/agents/web_1"), side::agent);
  CHECK(hub->names() == strings{"hub.example", "10.0.0.1", "fd00::1"});
  CHECK(agent->names() == strings{"web_1"});
  for (const auto* name : {"hub.example", "10.0.0.1", "fd00::1"})
    CHECK(doubt(agent, hub, name) == "");
  CHECK(contains(doubt(agent, hub, "hub"), "is for \"hub.example\""));
  CHECK(names_that_the_hub_sees(hub, agent) == strings{"web_1"});
  CHECK(agent->is_for("web_1"));
  CHECK_FALSE(agent->is_for("web_2"));
  const auto other = load(files_in(folder + "/agents/" + std::string(200, 'n')), side::agent);
  CHECK(names_that_the_hub_sees(hub, other) == strings{std::string(200, 'n')});
  // An agent's certificate does not work for a hub, nor the reverse.
  CHECK(contains(refusal(files_in(folder + "/hub"), side::agent), "lacks clientAuth"));
  CHECK(contains(refusal(files_in(folder + "/agents/web_1"), side::hub), "lacks serverAuth"));

  for (const auto& [path, text] : contents(folder)) {
    CAPTURE(path);
    const bool secret = path.ends_with("key.pem") || path.ends_with("ca.key");
    CHECK((fs::status(path).permissions() & fs::perms::all)
          == static_cast<fs::perms>(secret ? 0600 : 0644));
  }
  CHECK((fs::status(folder).permissions() & fs::perms::all) == fs::perms::owner_all);
}

TEST_CASE("fleet-certificates: run again it keeps existing files and adds new members") {
  const scratch_folder scratch;
  const auto folder = scratch / "fleet";
  made({folder, "hub", "web-1"});
  const auto before = contents(folder);
  made({folder, "hub", "web-1", "10.0.0.7"});
  auto after = contents(folder);
  for (const auto& [path, text] : before)
    CHECK_MESSAGE(after[path] == text, path);
  CHECK(after.size() == before.size() + 3);
  const auto hub = load(files_in(folder + "/hub"), side::hub);
  const auto added = load(files_in(folder + "/agents/10.0.0.7"), side::agent);
  CHECK(names_that_the_hub_sees(hub, added) == strings{"10.0.0.7"});
  CHECK(added->is_for("10.0.0.7"));

  // Without new members the CA's key is not needed.
  fs::rename(folder + "/ca.key", scratch / "ca.key");
  made({folder, "hub", "web-1"});
  const auto missing = run({folder, "hub", "web-2"});
  CHECK(missing.exit_code == 1);
  CHECK(contains(missing.errors, "ca.key"));
}

TEST_CASE("fleet-certificates: it changes a hub's names and renews only when asked to") {
  using namespace std::chrono;
  const scratch_folder scratch;
  const auto folder = scratch / "fleet";
  made({"--days", "3", folder, "hub", "web-1", "web-2"});
  const auto old = load(files_in(folder + "/agents/web-1"), side::agent);
  CHECK(nanoseconds{old->expires_at()} - system_clock::now().time_since_epoch() < hours{72});
  const auto before = contents(folder);
  const auto other = run({folder, "hub,hub.example"});
  CHECK(other.exit_code == 1);
  CHECK(contains(other.errors, "--renew"));
  CHECK(contents(folder) == before);

  made({"--renew", folder, "hub,hub.example", "web-1"});
  auto after = contents(folder);
  for (const auto* same : {"/ca.pem", "/ca.key", "/agents/web-2/cert.pem", "/agents/web-2/key.pem"})
    CHECK(after[folder + same] == before.at(folder + same));
  const auto recreated = load(files_in(folder + "/agents/web-1"), side::agent);
  CHECK(recreated->expires_at() > old->expires_at());
  const auto hub = load(files_in(folder + "/hub"), side::hub);
  CHECK(hub->names() == strings{"hub", "hub.example"});
  CHECK(names_that_the_hub_sees(hub, recreated) == strings{"web-1"});
  CHECK(names_that_the_hub_sees(hub, old) == strings{"web-1"});
}

TEST_CASE("fleet-certificates: two CAs do not accept each other's members") {
  const scratch_folder scratch;
  made({scratch / "a", "hub", "web-1"});
  made({scratch / "b", "hub", "web-1"});
  auto mixed = files_in(scratch / "a/hub");
  mixed.ca = scratch / "b/ca.pem";
  CHECK(contains(refusal(mixed, side::hub), "certificate: it is not signed by the CA ("));
  const auto hub = load(files_in(scratch / "a/hub"), side::hub);
  const auto stranger = load(files_in(scratch / "b/agents/web-1"), side::agent);
  const encounter met{stranger, hub};
  CHECK(contains(met.agents_reason(), "not signed by the CA"));
  CHECK(met.hubs_reason() != "");
  fs::copy_file(scratch / "b/ca.key", scratch / "a/ca.key", fs::copy_options::overwrite_existing);
  CHECK(contains(run({scratch / "a", "hub", "web-2"}).errors, "is not the key of"));
}

TEST_CASE("fleet-certificates: with wrong arguments it says so and creates nothing") {
  const scratch_folder scratch;
  const auto folder = scratch / "fleet";
  for (const auto& arguments : std::vector<strings>{{},
                                                    {folder},
                                                    {"--days", "0", folder, "hub"},
                                                    {"--frobnicate", folder, "hub"},
                                                    {folder, ""},
                                                    {folder, "*.example"},
                                                    {folder, "hub", "../web"},
                                                    {folder, "hub", ".."},
                                                    {folder, "hub", "web,DNS:hub"},
                                                    {folder, "hub", std::string(254, 'n')}}) {
    const auto done = run(arguments);
    CHECK(done.exit_code == 2);
    CHECK(done.errors.starts_with("fleet-certificates: "));
    CHECK_FALSE(fs::exists(folder));
  }
  const auto impossible = run({folder, "1::2::3"});
  CHECK(impossible.exit_code == 1);
  CHECK(contains(impossible.errors, "openssl can't make a certificate for 'IP:1::2::3'"));
  const auto too_long = run({"--days", "4000", folder, "hub"});
  CHECK(too_long.exit_code == 1);
  CHECK(contains(too_long.errors, "choose fewer --days"));
  CHECK_FALSE(fs::exists(folder + "/hub"));
  const auto help = run({"--help"});
  CHECK(help.exit_code == 0);
  CHECK(contains(help.output, "fleet-certificates [--days N] [--renew] DIR HUB_NAME"));
}
