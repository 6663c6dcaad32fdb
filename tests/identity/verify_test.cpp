// Whom one side believes the other's name, and why not.
#include "identity/random.hpp"
#include "messages/fleet.hpp"
#include "tests/identity/members.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace volumeviz;
using namespace volumeviz::identity;
using namespace volumeviz::identity::testing;
using namespace std::chrono_literals;
using support::agent_wish;
using support::authority;
using support::certificate_wish;
using support::hub_wish;

namespace {

/// A CA with a hub and an agent.
struct fleet {
  authority ca;
  member hub = make(ca, hub_wish("DNS:hub.example,IP:10.0.0.1,IP:fd00::1"), side::hub);
  member agent = make(ca, agent_wish("web_1"), side::agent);
};

/// What a hub says of an agent that has this certificate and calls itself so.
std::string doubt_about(const fleet& f, const certificate_wish& wish, const std::string& name) {
  return doubt(*f.hub, side::agent, name, shown_by(*make(f.ca, wish, side::agent)));
}

certificate_wish with_names(const std::string& alternative_names) {
  return {.subject = "/CN=common", .extensions = "subjectAltName=" + alternative_names};
}

} // namespace

TEST_CASE("agent and hub believe each other after the whole handshake, and only then") {
  const fleet f;
  agent_hello hello;
  hello.host = "web_1";
  hello.boot = random_number();
  hello.nonce = random_nonce();
  hello.certificate = f.agent->certificate_pem();
  hub_challenge challenge;
  challenge.nonce = random_nonce();
  challenge.certificate = f.hub->certificate_pem();
  const auto hubs_text = link_transcript(hello, challenge, to_string(side::hub));
  challenge.signature = *f.hub->sign(hubs_text);
  CHECK(doubt(*f.agent, side::hub, "hub.example",
              {challenge.certificate, hubs_text, challenge.signature})
        == "");
  const auto agents_text = link_transcript(hello, challenge, to_string(side::agent));
  const auto signature = *f.agent->sign(agents_text);
  CHECK(doubt(*f.hub, side::agent, "web_1", {hello.certificate, agents_text, signature}) == "");

  // A signature of another handshake, or of the other side, is none of this one.
  auto other = challenge;
  other.nonce = random_nonce();
  CHECK(contains(doubt(*f.hub, side::agent, "web_1",
                       {hello.certificate, link_transcript(hello, other, "agent"), signature}),
                 "the signature is not that of its certificate's key"));
  CHECK(contains(doubt(*f.hub, side::agent, "web_1", {hello.certificate, hubs_text, signature}),
                 "the signature is not"));
}

TEST_CASE("every kind of key signs, and its signatures are believed") {
  const fleet f;
  for (const char* kind : {"ec:prime256v1", "ec:secp384r1", "rsa:2048", "ed25519"}) {
    CAPTURE(kind);
    auto wish = agent_wish("web-1");
    wish.key = kind;
    const auto agent = make(f.ca, wish, side::agent);
    auto shown = shown_by(*agent, std::string(100'000, 'x'));
    CHECK(doubt(*f.hub, side::agent, "web-1", shown) == "");
    shown.text.back() = 'y';
    CHECK(contains(doubt(*f.hub, side::agent, "web-1", shown), "the signature is not"));
    shown.text.back() = 'x';
    shown.signature.front() = static_cast<char>(shown.signature.front() ^ 1);
    CHECK(contains(doubt(*f.hub, side::agent, "web-1", shown), "the signature is not"));
    for (const auto& signature : {std::string{}, std::string(64, '\0'), std::string(5000, 'x')}) {
      shown.signature = signature;
      CHECK(contains(doubt(*f.hub, side::agent, "web-1", shown), "the signature is not"));
    }
  }
}

TEST_CASE("who shows the certificate of another has not its key") {
  const fleet f;
  const auto thief = make(f.ca, agent_wish("web_2"), side::agent);
  auto shown = shown_by(*thief);
  shown.certificate = f.agent->certificate_pem();
  CHECK(contains(doubt(*f.hub, side::agent, "web_1", shown), "the signature is not"));
  // Its own first, and the other's behind it.
  shown.certificate = thief->certificate_pem() + f.agent->certificate_pem();
  const auto why = doubt(*f.hub, side::agent, "web_1", shown);
  CHECK(contains(why, "couldn't verify the agent \"web_1\""));
  CHECK(contains(why, "its certificate is for \"web_2\""));
}

TEST_CASE("members of another CA, expired ones, and ones of the wrong side are not believed") {
  const fleet f;
  const fleet others;
  CHECK(contains(doubt(*f.hub, side::agent, "web_1", shown_by(*others.agent)),
                 "of its certificate, for \"web_1\": it is not signed by the CA"));
  // An agent that plays the hub, even under the hub's name.
  const auto fake = make(f.ca, agent_wish("hub.example"), side::agent);
  CHECK(contains(doubt(*f.agent, side::hub, "hub.example", shown_by(*fake)), "lacks serverAuth"));
  CHECK(contains(doubt(*f.hub, side::agent, "hub.example", shown_by(*f.hub)), "lacks clientAuth"));
  // Loaded nowhere: what has expired can only be shown.
  auto past = agent_wish("web_1");
  past.begins = -48h;
  past.ends = -24h;
  auto shown = shown_by(*f.agent);
  shown.certificate = support::file_text(f.ca.issue(past).certificate);
  CHECK(contains(doubt(*f.hub, side::agent, "web_1", shown), "it has expired on 20"));
  shown.certificate = support::file_text(f.ca.ca());
  CHECK(contains(doubt(*f.hub, side::agent, "test CA", shown), "it is a CA's"));
}

TEST_CASE("a member vouches for nobody") {
  const fleet f;
  const authority member_as_ca{f.ca, agent_wish("web_2")};
  auto shown = shown_by(*f.agent);
  shown.certificate = support::file_text(member_as_ca.issue(agent_wish("web_1")).certificate)
                      + support::file_text(member_as_ca.ca());
  CHECK(contains(doubt(*f.hub, side::agent, "web_1", shown), "is not accepted: invalid CA"));
}

TEST_CASE("a DNS name is compared whole, without case and without wildcards") {
  const fleet f;
  CHECK(doubt_about(f, with_names("DNS:a.example,DNS:Web_1"), "web_1") == "");
  CHECK(doubt_about(f, with_names("DNS:web_1"), "WEB_1") == "");
  for (const char* name : {"web_", "web_10", "1", "web-1", "web_1.", "", "*"})
    CHECK(contains(doubt_about(f, with_names("DNS:web_1"), name), "is for \"web_1\""));
  CHECK(contains(doubt_about(f, with_names("DNS:*.example"), "web.example"), "\"*.example\""));
}

TEST_CASE("the common name counts only where there is no subjectAltName") {
  const fleet f;
  CHECK(doubt_about(f, {.subject = "/CN=common"}, "Common") == "");
  CHECK(doubt_about(f, {.subject = "/CN=10.0.0.7"}, "10.0.0.7") == "");
  CHECK(contains(doubt_about(f, with_names("DNS:web_1"), "common"), "is for \"web_1\":"));
  CHECK(contains(doubt_about(f, with_names("email:a@b"), "common"), "nobody"));
  CHECK(contains(doubt_about(f, {.subject = "/CN=common/CN=web_1"}, "web_1"), "nobody"));
  CHECK(contains(doubt_about(f, {.subject = "/O=nameless"}, "web_1"), "nobody"));
}

TEST_CASE("an address is compared as an address, and only with addresses") {
  const fleet f;
  for (const char* name : {"10.0.0.1", "fd00::1", "FD00:0:0::0001"})
    CHECK(doubt(*f.agent, side::hub, name, shown_by(*f.hub)) == "");
  for (const char* name : {"10.0.0.2", "10.0.0.1.", "010.0.0.1", "fd00::2", "::ffff:10.0.0.1"})
    CHECK(contains(doubt(*f.agent, side::hub, name, shown_by(*f.hub)),
                   R"(is for "hub.example", "10.0.0.1", "fd00::1")"));
  CHECK(contains(doubt_about(f, with_names("DNS:10.0.0.7"), "10.0.0.7"), "is for \"10.0.0.7\":"));
}

TEST_CASE("a name with a zero byte is not the part before it, and harms no log") {
  const fleet f;
  // SEQUENCE { [2] "good\0bad\n" }
  const auto tricky = with_names("DER:30:0b:82:09:67:6f:6f:64:00:62:61:64:0a");
  const auto why = doubt_about(f, tricky, "good");
  CHECK(contains(why, "is for \"good?bad?\""));
  CHECK(contains(doubt_about(f, with_names("DNS:good"), std::string{"good\0x", 6}), "\"good?x\""));
}

TEST_CASE("many and long names are cut in what is said about them") {
  const fleet f;
  std::string many = "DNS:n0";
  for (int i = 1; i < 100; ++i)
    many += ",DNS:n" + std::to_string(i);
  CHECK(contains(doubt_about(f, with_names(many), "web"), "\"n4\" and 95 more"));
  CHECK(doubt_about(f, with_names(many), "n99") == "");
  const auto long_one =
      doubt_about(f, with_names("DNS:" + std::string(2000, 'x')), std::string(30'000, 'y'));
  CHECK(long_one.size() < 1000);
}

TEST_CASE("a nonce is 64 hex digits and never the same") {
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
