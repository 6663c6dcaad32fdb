// Which certificates and names each side accepts, and its reasons: real TLS sessions.
#include "identity/random.hpp"
#include "tests/identity/handshake.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>

using namespace volumeviz;
using namespace volumeviz::identity;
using namespace volumeviz::identity::testing;
using namespace std::chrono_literals;
using support::agent_wish;
using support::authority;
using support::certificate_wish;
using support::file_text;
using support::hub_wish;
using strings = std::vector<std::string>;

namespace {

/// A CA with a hub and an agent.
struct fleet {
  authority ca;
  member hub = make(ca, hub_wish("DNS:hub.example,IP:10.0.0.1,IP:fd00::1"), side::hub);
  member agent = make(ca, agent_wish("web_1"), side::agent);
};

/// An agent's reason to refuse a hub with this certificate, when it has connected to this name.
std::string doubt_about(const fleet& f, const certificate_wish& wish, const std::string& name) {
  return doubt(f.agent, make(f.ca, wish, side::hub), name);
}

certificate_wish with_names(const std::string& alternative_names) {
  return {.subject = "/CN=common", .extensions = "subjectAltName=" + alternative_names};
}

} // namespace

TEST_CASE("agent and hub accept each other, and learn the names in the other's certificate") {
  const fleet f;
  const encounter met{f.agent, f.hub};
  CHECK(met.agents_reason() == "");
  CHECK(met.hubs_reason() == "");
  CHECK(met.hub()->peer().names == strings{"web_1"});
  CHECK(met.agent()->peer().names == strings{"hub.example", "10.0.0.1", "fd00::1"});
  CHECK(met.hub()->peer().fingerprint.size() == 64);
  CHECK(met.hub()->peer().fingerprint != met.agent()->peer().fingerprint);
}

TEST_CASE("each side reads what the other writes, and a proper end has no reason") {
  const fleet f;
  encounter met{f.agent, f.hub};
  REQUIRE(met.both_believe());
  const std::array sent{std::byte{1}, std::byte{2}, std::byte{3}};
  std::array<std::byte, 10> got{};
  std::size_t count = 0;
  CHECK(met.hub()->read(got, count) == tls_session::step::want_read);
  CHECK(met.agent()->write(sent, count) == tls_session::step::done);
  CHECK(count == 3);
  met.pump();
  CHECK(met.hub()->read(std::span{got}.first(2), count) == tls_session::step::done);
  CHECK(count == 2);
  CHECK(met.hub()->has_more());
  CHECK(met.hub()->read(got, count) == tls_session::step::done);
  CHECK(count == 1);
  CHECK(got[0] == std::byte{3});
  CHECK_FALSE(met.hub()->has_more());
}

TEST_CASE("a byte changed after the handshake ends the session") {
  const fleet f;
  encounter met{f.agent, f.hub};
  REQUIRE(met.both_believe());
  const std::array sent{std::byte{1}};
  std::array<std::byte, 10> got{};
  std::size_t count = 0;
  REQUIRE(met.agent()->write(sent, count) == tls_session::step::done);
  met.pump([](std::string& chunk) { chunk.back() = static_cast<char>(chunk.back() ^ 1); });
  CHECK(met.hub()->read(got, count) == tls_session::step::ended);
  CHECK(count == 0);
  CHECK(met.hub()->why() != "");
}

TEST_CASE("every kind of key works, on either side") {
  const fleet f;
  for (const char* kind : {"ec:prime256v1", "ec:secp384r1", "rsa:2048", "ed25519"}) {
    CAPTURE(kind);
    auto agent = agent_wish("web-1");
    auto hub = hub_wish("DNS:hub");
    agent.key = hub.key = kind;
    const encounter met{make(f.ca, agent, side::agent), make(f.ca, hub, side::hub)};
    CHECK(met.agents_reason() == "");
    CHECK(met.hubs_reason() == "");
    CHECK(met.hub()->peer().names == strings{"web-1"});
  }
}

TEST_CASE("a member of another CA is refused, and each side has its own reason") {
  const fleet f;
  const fleet others;
  // Neither knows the other's CA. The agent notices first.
  const encounter met{others.agent, f.hub};
  CHECK(contains(met.agents_reason(), "it is not signed by the CA"));
  CHECK(met.hubs_reason() != "");
}

TEST_CASE("a hub refuses an agent of another CA, and its reason names the certificate") {
  const fleet f;
  const authority other;
  const auto met = encounter::with_false_agent(other.issue(agent_wish("web_1")), f.hub);
  CHECK(contains(met->hubs_reason(),
                 "of its certificate, for \"web_1\": it is not signed by the CA"));
  CHECK(met->agents_reason() != "");
}

TEST_CASE("an agent that is refused notices it at its first read") {
  const authority ca;
  const authority other;
  // The agent trusts both CAs; the hub trusts its own only.
  const support::scratch_folder folder;
  const auto both = folder / "both.pem";
  REQUIRE(std::system(("cat " + ca.ca() + ' ' + other.ca() + " > " + both).c_str()) == 0);
  const auto hub = make(ca, hub_wish("DNS:hub"), side::hub);
  const auto agent = load(files_of(other.issue(agent_wish("a")), both), side::agent);
  const encounter met{agent, hub};
  CHECK(contains(met.hubs_reason(), "it is not signed by the CA"));
  CHECK(contains(met.agents_reason(), "alert"));
}

TEST_CASE("a certificate for the other side is refused, even with the right name") {
  const fleet f;
  const auto fake = encounter::with_false_hub(f.agent, f.ca.issue(agent_wish("hub.example")));
  CHECK(contains(fake->agents_reason(), "lacks serverAuth"));
  const auto turned = encounter::with_false_agent(f.ca.issue(hub_wish("DNS:web_1")), f.hub);
  CHECK(contains(turned->hubs_reason(), "lacks clientAuth"));
}

TEST_CASE("a certificate that has expired or is not valid yet is refused") {
  const fleet f;
  auto past = agent_wish("web_1");
  past.begins = -48h;
  past.ends = -24h;
  CHECK(contains(encounter::with_false_agent(f.ca.issue(past), f.hub)->hubs_reason(),
                 "it has expired on 20"));
  auto future = hub_wish("DNS:hub.example");
  future.begins = 1h;
  CHECK(contains(encounter::with_false_hub(f.agent, f.ca.issue(future))->agents_reason(),
                 "it is not valid before 20"));
}

TEST_CASE("the CA's own certificate is refused") {
  const fleet f;
  CHECK(contains(encounter::with_false_agent(f.ca.own(), f.hub)->hubs_reason(),
                 "it is a CA certificate"));
}

TEST_CASE("a certificate signed by a member is refused") {
  const fleet f;
  const authority member_as_ca{f.ca, agent_wish("web_2")};
  const auto met = encounter::with_false_agent(member_as_ca.issue(agent_wish("web_1")), f.hub,
                                               file_text(member_as_ca.ca()));
  CHECK(contains(met->hubs_reason(), "is not accepted: invalid CA"));
}

TEST_CASE("only the first certificate gives names") {
  const fleet f;
  const auto others = f.ca.issue(agent_wish("web_2"));
  const auto met = encounter::with_false_agent(f.ca.issue(agent_wish("web_1")), f.hub,
                                               file_text(others.certificate));
  CHECK(met->hubs_reason() == "");
  CHECK(met->hub()->peer().names == strings{"web_1"});
}

TEST_CASE("an agent's own name is compared in its exact spelling") {
  const authority ca;
  const auto agent = make(ca, agent_wish("Web_1"), side::agent);
  CHECK(agent->is_for("Web_1"));
  for (const char* name : {"web_1", "WEB_1", "Web_", "Web_10", "Web-1", "Web_1.", "", "*"})
    CHECK_FALSE(agent->is_for(name));
  CHECK_FALSE(make(ca, with_names("DNS:*.example"), side::agent)->is_for("web.example"));
  CHECK(make(ca, {.subject = "/CN=common"}, side::agent)->is_for("common"));
  CHECK_FALSE(make(ca, with_names("DNS:web_1"), side::agent)->is_for("common"));
}

TEST_CASE("a hub's DNS name is compared whole, without case and without wildcards") {
  const fleet f;
  CHECK(doubt_about(f, with_names("DNS:a.example,DNS:Web_1"), "web_1") == "");
  const auto hub = make(f.ca, with_names("DNS:web_1"), side::hub);
  CHECK(doubt(f.agent, hub, "WEB_1") == "");
  for (const char* name : {"web_", "web_10", "1", "web-1", "web_1.", "", "*"})
    CHECK(contains(doubt(f.agent, hub, name), "is for \"web_1\""));
  CHECK(contains(doubt_about(f, with_names("DNS:*.example"), "web.example"), "\"*.example\""));
}

TEST_CASE("the common name counts only where there is no subjectAltName") {
  const fleet f;
  CHECK(doubt_about(f, {.subject = "/CN=common"}, "Common") == "");
  CHECK(doubt_about(f, {.subject = "/CN=10.0.0.7"}, "10.0.0.7") == "");
  CHECK(contains(doubt_about(f, with_names("DNS:web_1"), "common"), "is for \"web_1\","));
  CHECK(contains(doubt_about(f, with_names("email:a@b"), "common"), "no names"));
  CHECK(contains(doubt_about(f, {.subject = "/CN=common/CN=web_1"}, "web_1"), "no names"));
  CHECK(contains(doubt_about(f, {.subject = "/O=nameless"}, "web_1"), "no names"));
}

TEST_CASE("an address is compared as an address, and only with addresses") {
  const fleet f;
  for (const char* name : {"10.0.0.1", "fd00::1", "FD00:0:0::0001"})
    CHECK(doubt(f.agent, f.hub, name) == "");
  for (const char* name : {"10.0.0.2", "10.0.0.1.", "010.0.0.1", "fd00::2", "::ffff:10.0.0.1"})
    CHECK(contains(doubt(f.agent, f.hub, name), R"(is for "hub.example", "10.0.0.1", "fd00::1")"));
  CHECK(contains(doubt_about(f, with_names("DNS:10.0.0.7"), "10.0.0.7"), "is for \"10.0.0.7\","));
}

TEST_CASE("a name with a zero byte does not match the part before it, and is printable in logs") {
  const fleet f;
  // SEQUENCE { [2] "good\0bad\n" }
  const auto tricky = with_names("DER:30:0b:82:09:67:6f:6f:64:00:62:61:64:0a");
  CHECK(contains(doubt_about(f, tricky, "good"), "is for \"good?bad?\""));
  CHECK_FALSE(make(f.ca, tricky, side::agent)->is_for("good"));
  const encounter met{make(f.ca, tricky, side::agent), f.hub};
  REQUIRE(met.both_believe());
  for (const auto& name : met.hub()->peer().names)
    CHECK(name != "good");
  CHECK(contains(doubt_about(f, with_names("DNS:good"), std::string{"good\0x", 6}), "\"good?x\""));
}

TEST_CASE("texts about many or long names are cut") {
  const fleet f;
  std::string many = "DNS:n0";
  for (int i = 1; i < 100; ++i)
    many += ",DNS:n" + std::to_string(i);
  const auto hub = make(f.ca, with_names(many), side::hub);
  CHECK(contains(doubt(f.agent, hub, "web"), "\"n4\" and 95 more"));
  CHECK(doubt(f.agent, hub, "n99") == "");
  const auto long_one =
      doubt_about(f, with_names("DNS:" + std::string(2000, 'x')), std::string(30'000, 'y'));
  CHECK(long_one.size() < 1000);
}

TEST_CASE("a nonce has 64 hex digits and never repeats") {
  std::set<std::string> nonces;
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) {
    const auto nonce = random_nonce();
    CHECK(nonce.size() == 64);
    CHECK(nonce.find_first_not_of("0123456789abcdef") == std::string::npos);
    nonces.insert(nonce);
    numbers.insert(random_number());
  }
  CHECK(nonces.size() == 1000);
  CHECK(numbers.size() == 1000);
}
