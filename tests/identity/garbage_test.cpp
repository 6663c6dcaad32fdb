// Goal: nothing that comes from the network does harm, and no bit of what a CA has signed can be
// another one. Method: certificates that rapidcheck has changed here and there.
#include "tests/identity/members.hpp"

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

/// How many bytes of the certificate the CA has signed: from byte 4 on, with a header of four
/// bytes itself. (SEQUENCE { SEQUENCE { the signed part } … }, both of 256 bytes and more.)
std::size_t signed_size(const std::string& der) {
  REQUIRE(number_at(der, 5) == 0x82);
  return 4 + (number_at(der, 6) << 8) + number_at(der, 7);
}

struct scene {
  authority ca;
  member hub = make(ca, hub_wish("DNS:hub"), side::hub);
  member agent = make(ca, agent_wish("web-1"), side::agent);
  proof good = shown_by(*agent);

  std::string doubts(const proof& shown) const {
    auto text = doubt(*hub, side::agent, "web-1", shown);
    // It goes into a log and to the other side.
    RC_ASSERT(text.size() < 2000);
    RC_ASSERT(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }));
    return text;
  }
};

std::size_t place_in(std::size_t size) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, size));
}

/// Some bytes of it are others; at least one.
std::string damaged(std::string bytes, std::size_t from, std::size_t size) {
  const auto original = bytes;
  const auto count = 1 + place_in(3);
  for (std::size_t i = 0; i < count; ++i)
    bytes[from + place_in(size)] = *rc::gen::arbitrary<char>();
  if (bytes == original)
    bytes[from] = static_cast<char>(bytes[from] ^ 1);
  return bytes;
}

} // namespace

TEST_CASE("whatever is changed in what the CA has signed, the certificate is refused") {
  const scene on;
  REQUIRE(on.doubts(on.good) == "");
  const auto der = as_der(on.good.certificate);
  auto same = on.good;
  same.certificate = as_pem(der);
  REQUIRE(on.doubts(same) == "");
  const auto size = signed_size(der);
  for (const auto* chance : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
    CHECK(rc::check(chance, [&] {
      auto shown = on.good;
      shown.certificate = as_pem(damaged(der, 4, size));
      RC_ASSERT(on.doubts(shown) != "");
    }));
}

TEST_CASE("whatever is changed in the text that carries a certificate, it does no harm") {
  const scene on;
  const auto twice = on.good.certificate + volumeviz::support::file_text(on.ca.ca());
  for (const auto* chance : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
    CHECK(rc::check(chance, [&] {
      auto text = damaged(twice, 0, twice.size());
      const auto cut = place_in(text.size());
      if (*rc::gen::arbitrary<bool>())
        text.resize(cut);
      else
        text.insert(cut, *rc::gen::arbitrary<std::string>());
      auto shown = on.good;
      shown.certificate = std::move(text);
      on.doubts(shown);
    }));
}

TEST_CASE("a signature that was changed, and any text instead of a certificate, is refused") {
  const scene on;
  CHECK(rc::check("signatures", [&] {
    auto shown = on.good;
    shown.signature = damaged(shown.signature, 0, shown.signature.size());
    RC_ASSERT(on.doubts(shown) != "");
  }));
  CHECK(rc::check("texts", [&](const std::string& text) {
    auto shown = on.good;
    shown.certificate = text;
    RC_ASSERT(on.doubts(shown) != "");
  }));
}

TEST_CASE("a certificate that claims to be encrypted asks nobody for a passphrase") {
  const scene on;
  auto shown = on.good;
  shown.certificate.insert(std::string{begin_line}.size(),
                           "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
                           "00112233445566778899AABBCCDDEEFF\n\n");
  CHECK(contains(on.doubts(shown), "begins like a certificate and is none"));
}

TEST_CASE("too much of it is refused unread") {
  const scene on;
  auto shown = on.good;
  while (shown.certificate.size() <= 64 * 1024)
    shown.certificate += on.good.certificate;
  CHECK(contains(on.doubts(shown), "larger than 64 KiB"));
  shown.certificate.clear();
  for (int i = 0; i < 17; ++i)
    shown.certificate += on.good.certificate;
  CHECK(contains(on.doubts(shown), "more than 16 certificates"));
}
