// Goal: no bytes from the network do harm, and no bit that a CA has signed can be changed. Method:
// certificates with random changes by rapidcheck.
#include "identity/pem.hpp"
#include "identity/trust.hpp"
#include "tests/identity/handshake.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <openssl/evp.h>

using namespace volumeviz::identity;
using namespace volumeviz::identity::testing;
using volumeviz::support::agent_wish;
using volumeviz::support::authority;
using volumeviz::support::hub_wish;

namespace {

constexpr const char* begin_line = "-----BEGIN CERTIFICATE-----\n";
constexpr const char* end_line = "-----END CERTIFICATE-----\n";

std::string as_pem(const std::string& der) {
  std::string text(4 * ((der.size() + 2) / 3) + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                    reinterpret_cast<const unsigned char*>(der.data()),
                                    static_cast<int>(der.size()));
  text.resize(static_cast<std::size_t>(size));
  std::string lines = begin_line;
  for (std::size_t at = 0; at < text.size(); at += 64)
    lines += text.substr(at, 64) + '\n';
  return lines + end_line;
}

std::string as_der(const std::string& pem) {
  std::string text;
  const auto from = pem.find('\n') + 1;
  std::ranges::copy_if(pem.substr(from, pem.find("-----END") - from), std::back_inserter(text),
                       [](char c) { return c != '\n'; });
  std::string der(text.size(), '\0');
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  der.resize(static_cast<std::size_t>(size)
             - static_cast<std::size_t>(std::ranges::count(text, '=')));
  return der;
}

std::size_t number_at(const std::string& der, std::size_t at) {
  return static_cast<unsigned char>(der.at(at));
}

/// The length of the certificate's signed part. It begins at byte 4, and has a header of four
/// bytes. (SEQUENCE { SEQUENCE { the signed part } … }, both of 256 bytes and more.)
std::size_t signed_size(const std::string& der) {
  REQUIRE(number_at(der, 5) == 0x82);
  return 4 + (number_at(der, 6) << 8) + number_at(der, 7);
}

struct scene {
  authority ca;
  std::string good = volumeviz::support::file_text(ca.issue(agent_wish("web-1")).certificate);
  trust hubs{*read_certificates(volumeviz::support::file_text(ca.ca()))};

  /// Why a hub refuses this text as an agent's certificates.
  std::string doubts(const std::string& pem) const {
    const auto shown = read_certificates(pem);
    const auto checked = shown ? hubs.check(*shown, side::agent)
                               : tl::unexpected{chain_fault{.depth = 0, .text = shown.error()}};
    auto text = checked ? std::string{} : checked.error().text;
    // The reason goes to a log and to the other side.
    RC_ASSERT(text.size() < 2000);
    RC_ASSERT(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }));
    return text;
  }
};

std::size_t place_in(std::size_t size) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, size));
}

/// Changes some bytes, at least one.
std::string damaged(std::string bytes, std::size_t from, std::size_t size) {
  const auto original = bytes;
  const auto count = 1 + place_in(3);
  for (std::size_t i = 0; i < count; ++i)
    bytes[from + place_in(size)] = *rc::gen::arbitrary<char>();
  if (bytes == original)
    bytes[from] = static_cast<char>(bytes[from] ^ 1);
  return bytes;
}

/// TLS records without the version in their headers, which RFC 8446 (5.1) tells both sides to
/// ignore: it is no part of what they sign.
std::string without_record_versions(std::string records) {
  for (std::size_t at = 0; at + 5 <= records.size();
       at += 5 + (number_at(records, at + 3) << 8) + number_at(records, at + 4))
    records[at + 1] = records[at + 2] = 0;
  return records;
}

} // namespace

TEST_CASE("a certificate with any change in its signed part is refused") {
  const scene on;
  REQUIRE(on.doubts(on.good) == "");
  const auto der = as_der(on.good);
  REQUIRE(on.doubts(as_pem(der)) == "");
  const auto size = signed_size(der);
  for (const auto* chance : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
    CHECK(rc::check(chance, [&] { RC_ASSERT(on.doubts(as_pem(damaged(der, 4, size))) != ""); }));
}

TEST_CASE("any change in a certificate's PEM text is refused or harmless") {
  const scene on;
  const auto twice = on.good + volumeviz::support::file_text(on.ca.ca());
  for (const auto* chance : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
    CHECK(rc::check(chance, [&] {
      auto text = damaged(twice, 0, twice.size());
      const auto cut = place_in(text.size());
      if (*rc::gen::arbitrary<bool>())
        text.resize(cut);
      else
        text.insert(cut, *rc::gen::arbitrary<std::string>());
      on.doubts(text);
    }));
}

TEST_CASE("any text instead of a certificate is refused") {
  const scene on;
  CHECK(rc::check("texts", [&](const std::string& text) { RC_ASSERT(on.doubts(text) != ""); }));
}

TEST_CASE("when bytes are changed on the way, the two sides never both accept each other") {
  const authority ca;
  const auto hub = make(ca, hub_wish("DNS:hub"), side::hub);
  const auto agent = make(ca, agent_wish("web-1"), side::agent);
  REQUIRE(encounter{agent, hub}.both_believe());
  CHECK(rc::check("bytes of the handshake", [&] {
    auto left = *rc::gen::inRange(0, 3); // client hello, the hub's flight, the agent's flight
    bool counts = true;
    const encounter met{agent, hub, [&](std::string& chunk) {
                          if (left-- != 0)
                            return;
                          const auto sent = chunk;
                          chunk = damaged(chunk, 0, chunk.size());
                          counts = without_record_versions(chunk) != without_record_versions(sent);
                        }};
    RC_ASSERT(!(counts && met.both_believe()));
    for (const auto& text : {met.agents_reason(), met.hubs_reason()})
      RC_ASSERT(text.size() < 2000
                && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }));
  }));
}

TEST_CASE("no passphrase is asked for a certificate that claims to be encrypted") {
  const scene on;
  auto shown = on.good;
  shown.insert(std::string{begin_line}.size(), "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
                                               "00112233445566778899AABBCCDDEEFF\n\n");
  CHECK(contains(on.doubts(shown), "malformed certificate"));
}

TEST_CASE("too many certificates are refused") {
  const scene on;
  std::string many;
  for (int i = 0; i < 17; ++i)
    many += on.good;
  CHECK(contains(on.doubts(many), "more than 16 certificates"));
  const auto hub = make(on.ca, hub_wish("DNS:hub"), side::hub);
  CHECK(encounter::with_false_agent(on.ca.issue(agent_wish("a")), hub,
                                    many.substr(0, 14 * on.good.size()))
            ->hubs_reason()
        == "");
}
