// A member's identity is the name in its certificate, in its exact spelling, until it is revoked.
#include "tests/fleet/besieged_fleet.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

using namespace volumeviz;
using namespace volumeviz::fleet;
using std::chrono::seconds;
using volumeviz::support::eventually;

namespace {

/// The fingerprint as an operator reads it from the certificate.
std::string fingerprint(const std::string& certificate) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> command{
      ::popen(("openssl x509 -noout -fingerprint -sha256 -in " + certificate).c_str(), "r"),
      &::pclose};
  std::array<char, 256> line{};
  return std::fgets(line.data(), line.size(), command.get()) ? line.data() : "";
}

} // namespace

TEST_CASE("a member is admitted under the name of its certificate") {
  besieged_fleet fleet;
  auto member = fleet.admitted();
  const auto answer = member->write(whole_batch(1, {reported_volume("own")}));
  REQUIRE(answer);
  CHECK(answer->ok);
  CHECK(fleet.has_volume(besieged_fleet::evil, "own"));
  fleet.expect_unhurt();
}

TEST_CASE("rows that a member sends for another host are stored under its own") {
  besieged_fleet fleet;
  auto evil = fleet.admitted();
  auto chunk = whole_batch(1, {reported_volume("planted")});
  chunk.part.host = besieged_fleet::honest;
  chunk.part.volumes.gone = {"data"};
  (void)evil->write(chunk);
  CHECK(!fleet.has_volume(besieged_fleet::honest, "planted"));
  fleet.expect_unhurt();
}

TEST_CASE("a member is not admitted under another name, nor under its own in another spelling") {
  besieged_fleet fleet;
  for (const auto* name : {"EVIL", "Evil", "web-1", "evil.", ""}) {
    auto evil = fleet.member();
    CHECK_MESSAGE(evil->enter(name) != "", "admitted as '" << name << "'");
    CHECK(fleet.row_of(name).empty() == (std::string{name} != besieged_fleet::honest));
  }
  fleet.expect_unhurt();
}

TEST_CASE("revoking a certificate ends its connections, without a restart of the hub") {
  const support::scratch_folder folder;
  const auto list = folder / "revoked";
  std::ofstream{list} << "";
  besieged_fleet fleet{besieged_fleet::lines::tls, {{"HUB_TLS_REVOKED", list}}};
  auto evil = fleet.admitted();
  std::ofstream{list} << fingerprint(fleet.certificate_of(besieged_fleet::evil).certificate);
  CHECK(evil->ends_within(seconds{15}));
  const auto kept_out = [&] {
    raw_line line{fleet.port()};
    line.begin_tls(fleet.certificate_of(besieged_fleet::evil));
    return !hostile_member{std::move(line)}.shake_hands();
  };
  CHECK(eventually(kept_out, seconds{10}));
  CHECK(fleet.refused("revoked") >= 1);
  fleet.expect_unhurt();
  // Removed from the list, it is a member again.
  std::ofstream{list} << "";
  const auto back = [&] {
    raw_line line{fleet.port()};
    return line.begin_tls(fleet.certificate_of(besieged_fleet::evil))
           && hostile_member{std::move(line)}.shake_hands();
  };
  CHECK(eventually(back, seconds{15}));
}
