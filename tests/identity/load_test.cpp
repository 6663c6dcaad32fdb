// Which files are refused, and with which reason.
#include "tests/identity/handshake.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sys/stat.h>

using namespace volumeviz;
using namespace volumeviz::identity;
using namespace volumeviz::identity::testing;
using namespace std::chrono_literals;
using support::agent_wish;
using support::authority;
using support::certificate_wish;
using support::file_text;
using support::hub_wish;
using support::scratch_folder;

namespace {

std::string written(const std::string& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
  return path;
}

certificate_wish of_an_agent(const std::string& extensions) {
  return {.extensions = extensions + "\nsubjectAltName=DNS:web-1"};
}

std::int64_t seconds_from_now(timestamp at) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds{at} - now)
      .count();
}

} // namespace

TEST_CASE("matching files are accepted, with their names and expiry") {
  const authority ca;
  const auto agent = make(ca, agent_wish("web_1"), side::agent);
  CHECK(agent->names() == std::vector<std::string>{"web_1"});
  CHECK(agent->is_for("web_1"));
  CHECK_FALSE(agent->is_for("WEB_1"));
  CHECK_FALSE(agent->is_for("web-1"));
  CHECK(std::abs(seconds_from_now(agent->expires_at()) - 2 * 24 * 3600) < 60);
  const auto hub = make(ca, hub_wish("DNS:hub.example,IP:10.0.0.1,IP:fd00::1"), side::hub);
  CHECK(hub->names() == std::vector<std::string>{"hub.example", "10.0.0.1", "fd00::1"});
}

TEST_CASE("a certificate without key usage and subjectAltName is accepted for its common name") {
  const authority ca;
  const auto plain = make(ca, {.subject = "/O=somewhere/CN=web-1"}, side::agent);
  CHECK(plain->names() == std::vector<std::string>{"web-1"});
}

TEST_CASE("every missing or malformed file is reported, all at once") {
  const authority ca;
  const scratch_folder folder;
  const auto good = files_of(ca.issue(agent_wish("web-1")), ca.ca());
  CHECK(refusal(good) == "");
  CHECK(refusal({.certificate = "/nowhere/c", .key = "/nowhere/k", .ca = "/nowhere/a"})
        == "certificate: there is no such file\nkey: there is no such file\n"
           "ca: there is no such file\n");

  const auto fifo = folder / "fifo"; // a usual open() blocks forever
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto rubbish = written(folder / "rubbish", "rubbish\n");
  const auto half = written(folder / "half", file_text(good.certificate).substr(0, 200));
  const auto half_key = written(folder / "half-key", file_text(good.key).substr(0, 60));
  const auto huge = written(folder / "huge", std::string(70'000, '\n'));
  std::string seventeen;
  for (int i = 0; i < 17; ++i)
    seventeen += file_text(ca.ca());
  const auto many = written(folder / "many", seventeen);
  for (auto member : {&key_files::certificate, &key_files::key, &key_files::ca}) {
    auto files = good;
    files.*member = fifo;
    CHECK(contains(refusal(files), "it is not a regular file"));
    files.*member = folder.path();
    CHECK(contains(refusal(files), "it is not a regular file"));
    files.*member = huge;
    CHECK(contains(refusal(files), "it is larger than 64 KiB"));
    files.*member = rubbish;
    CHECK(contains(refusal(files), member == &key_files::key
                                       ? "it contains no private key in PEM format"
                                       : "it contains no certificate in PEM format"));
    files.*member = member == &key_files::key ? half_key : half;
    CHECK(contains(refusal(files), "contains a malformed"));
    if (member != &key_files::key) {
      files.*member = many;
      CHECK(contains(refusal(files), "more than 16 certificates"));
    }
  }
}

TEST_CASE("a key must belong to the certificate, be able to sign, and not be encrypted") {
  const authority ca;
  const scratch_folder folder;
  const auto made = ca.issue(agent_wish("web-1"));
  const auto other = ca.issue(agent_wish("web-2"));
  CHECK(contains(refusal({made.certificate, other.key, ca.ca()}),
                 "key: the key does not belong to the certificate"));
  for (const std::string format : {"", " -traditional"}) {
    const auto encrypted = folder / "encrypted";
    REQUIRE(std::system(("openssl pkey -aes256 -passout pass:secret -in " + made.key + " -out "
                         + encrypted + format)
                            .c_str())
            == 0);
    CHECK(contains(refusal({made.certificate, encrypted, ca.ca()}), "key: the key is encrypted"));
  }
  auto strange = agent_wish("web-1");
  strange.key = "ed448";
  const auto unknown = refusal(files_of(ca.issue(strange), ca.ca()));
  CHECK(contains(unknown, "key: the key is neither RSA nor EC nor Ed25519"));
  CHECK(contains(unknown, "certificate: its key is neither"));
  auto weak = agent_wish("web-1");
  weak.key = "rsa:1024";
  CHECK(contains(refusal(files_of(ca.issue(weak), ca.ca())), "key too weak"));
}

TEST_CASE("a certificate must be signed by the CA and valid now, and so must the CA") {
  const authority ca;
  const authority other;
  const auto made = ca.issue(agent_wish("web-1"));
  CHECK(contains(refusal(files_of(made, other.ca())), "certificate: it is not signed by the CA ("));
  // Nor by another CA with the same name.
  CHECK(contains(refusal({other.own().certificate, other.own().key, ca.ca()}),
                 "certificate: it is not signed by the CA ("));

  auto past = agent_wish("web-1");
  past.begins = -48h;
  past.ends = -24h;
  CHECK(contains(refusal(files_of(ca.issue(past), ca.ca())), "certificate: it has expired on 20"));
  auto future = agent_wish("web-1");
  future.begins = 1h;
  const auto early = refusal(files_of(ca.issue(future), ca.ca()));
  CHECK(contains(early, "certificate: it is not valid before 20"));
  CHECK(contains(early, "are the clocks right?"));

  auto ended = authority::usual();
  ended.begins = -48h;
  ended.ends = -24h;
  const authority old{ended};
  CHECK(contains(refusal(files_of(old.issue(agent_wish("web-1")), old.ca())),
                 "ca: our certificate is not accepted: the certificate of its CA \"test CA\" has "
                 "expired on 20"));
}

TEST_CASE("swapped files are recognised") {
  const authority ca;
  const auto made = ca.issue(agent_wish("web-1"));
  CHECK(contains(refusal({made.key, made.certificate, ca.ca()}),
                 "certificate: it contains no certificate"));
  CHECK(
      contains(refusal({made.key, made.certificate, ca.ca()}), "key: it contains no private key"));
  CHECK(contains(refusal({made.certificate, made.key, made.certificate}),
                 "ca: it contains a certificate that is not a CA's"));
  // A member with this could give itself any name.
  CHECK(contains(refusal({ca.own().certificate, ca.own().key, ca.ca()}),
                 "certificate: it is a CA certificate"));
}

TEST_CASE("a certificate must be meant for its side") {
  const authority ca;
  const auto refused = [&](const std::string& extensions, side own) {
    return refusal(files_of(ca.issue(of_an_agent(extensions)), ca.ca()), own);
  };
  CHECK(contains(refused("extendedKeyUsage=serverAuth", side::agent), "lacks clientAuth"));
  CHECK(contains(refused("extendedKeyUsage=clientAuth", side::hub), "lacks serverAuth"));
  CHECK(contains(refused("extendedKeyUsage=codeSigning", side::hub), "lacks serverAuth"));
  CHECK(refused("extendedKeyUsage=clientAuth,serverAuth", side::hub) == "");
  CHECK(refused("extendedKeyUsage=clientAuth,serverAuth", side::agent) == "");
  CHECK(refused("keyUsage=digitalSignature,keyEncipherment", side::agent) == "");
  for (const auto own : {side::agent, side::hub})
    for (const std::string usage : {"keyAgreement", "keyEncipherment", "cRLSign"})
      CHECK(contains(refused("keyUsage=" + usage, own), "lacks digitalSignature"));
}

TEST_CASE("intermediates come from the certificate's file, and the earliest expiry counts") {
  const authority root;
  auto soon = authority::usual();
  soon.subject = "/CN=between";
  soon.ends = 2h;
  const authority between{root, soon};
  const scratch_folder folder;
  const auto made = between.issue(agent_wish("web-1"));
  CHECK(contains(refusal(files_of(made, root.ca())), "certificate: it is not signed by the CA ("));
  const auto whole =
      written(folder / "whole.pem", file_text(made.certificate) + file_text(between.ca()));
  const auto agent = load({whole, made.key, root.ca()}, side::agent);
  CHECK(std::abs(seconds_from_now(agent->expires_at()) - 2 * 3600) < 60);
  const auto hub = make(root, hub_wish("DNS:hub"), side::hub);
  CHECK(encounter{agent, hub}.hubs_reason() == "");
}

TEST_CASE("a certificate without an expiry has a representable one") {
  auto forever = authority::usual();
  forever.ends = std::chrono::hours{24 * 365 * 300};
  const authority ca{forever};
  auto wish = agent_wish("web-1");
  wish.ends = forever.ends;
  const auto agent = make(ca, wish, side::agent);
  CHECK(agent->expires_at() / 1'000'000'000
        == std::numeric_limits<timestamp>::max() / 1'000'000'000);
}

TEST_CASE("a file may contain notes and the key beside the certificate") {
  const authority ca;
  const scratch_folder folder;
  const auto made = ca.issue(agent_wish("web-1"));
  const auto both =
      written(folder / "both.pem",
              "my notes\n" + file_text(made.key) + file_text(made.certificate) + "more notes\n");
  const auto agent = load({both, both, ca.ca()}, side::agent);
  const auto hub = make(ca, hub_wish("DNS:hub"), side::hub);
  CHECK(encounter{agent, hub}.both_believe());
}

TEST_CASE("while one CA replaces another, the members of both are accepted") {
  const authority before;
  const authority after;
  const scratch_folder folder;
  const auto both = written(folder / "ca.pem", file_text(before.ca()) + file_text(after.ca()));
  const auto hub = load(files_of(before.issue(hub_wish("DNS:hub")), both), side::hub);
  for (const auto* ca : {&before, &after}) {
    const auto agent = load(files_of(ca->issue(agent_wish("web-1")), both), side::agent);
    CHECK(encounter{agent, hub}.hubs_reason() == "");
    CHECK(doubt(agent, hub, "hub") == "");
  }
}
