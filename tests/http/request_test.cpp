#include "http/authorization.hpp"
#include "http/gzip.hpp"
#include "http/head.hpp"
#include "http/parameters.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace volumeviz;
using http::parameters;

TEST_CASE("every parameter of the inventory arrives in the query") {
  const auto query = http::parse_query({{"limit", "1000"},
                                        {"cursor", "abc"},
                                        {"host", "h1"},
                                        {"orphaned", "true"},
                                        {"driver", "local"},
                                        {"label", "a=b=c"}},
                                       http::listed_rows::volumes);
  REQUIRE(query.has_value());
  CHECK(query->limit == 1000);
  CHECK(query->cursor == "abc");
  CHECK(query->host == "h1");
  CHECK(query->orphaned);
  CHECK(query->driver == "local");
  CHECK(query->label == std::pair<std::string, std::string>{"a", "b=c"});
  const auto plain = http::parse_query({}, http::listed_rows::hosts);
  REQUIRE(plain.has_value());
  CHECK(plain->limit == 100);
  CHECK_FALSE(plain->orphaned);
  CHECK_FALSE(plain->label.has_value());
  CHECK_FALSE(http::parse_query({{"orphaned", "false"}}, http::listed_rows::volumes)->orphaned);
}

TEST_CASE("an unknown, repeated or invalid parameter is refused") {
  const std::vector<parameters> odd{
      {{"limit", "0"}},
      {{"limit", "1001"}},
      {{"limit", "-1"}},
      {{"limit", ""}},
      {{"limit", " 5"}},
      {{"limit", "5x"}},
      {{"limit", "0x10"}},
      {{"limit", "1e2"}},
      {{"limit", "99999999999999999999"}},
      {{"limit", "5"}, {"limit", "5"}},
      {{"orphaned", "yes"}},
      {{"orphaned", ""}},
      {{"orphaned", "TRUE"}},
      {{"label", "a"}},
      {{"label", "=b"}},
      {{"label", ""}},
      {{"orphan", "true"}},
      {{"sort", "size"}},
      {{"sort", ""}},
      {{"sort", "state"}}, // of containers
      {{"order", "up"}},
      {{"count", "1"}},
      {{"use", "unused"}},
      {{"never_used", "yes"}},
      {{"last_used_before", "yesterday"}},
      {{"state", "running"}}, // of containers
      {{"search", "\xff"}},
      {{"", ""}},
      {{"host", std::string("a\0b", 3)}},
      {{"host", "\xff"}},
      {{"driver", "\xc0\xaf"}},
      {{"driver", "\xed\xa0\x80"}},
      {{"cursor", "\xf5\x80\x80\x80"}},
  };
  for (const auto& given : odd) {
    CAPTURE(given.begin()->first);
    CAPTURE(given.begin()->second);
    const auto query = http::parse_query(given, http::listed_rows::volumes);
    REQUIRE_FALSE(query.has_value());
    CHECK(query.error().code == ec::bad_request);
    CHECK(query.error().text.size() > 10);
  }
  for (const auto* name : {"orphaned", "driver", "label", "sort", "search", "count", "mounts"})
    CHECK_FALSE(http::parse_query({{name, "true"}}, http::listed_rows::mounts).has_value());
}

TEST_CASE("order, search and filters of volumes and containers are read") {
  const auto volumes = http::parse_query({{"sort", "last_used_at"},
                                          {"order", "desc"},
                                          {"count", "true"},
                                          {"search", "a b"},
                                          {"project", "shop"},
                                          {"label_key", "tier"},
                                          {"use", "stopped"},
                                          {"never_used", "true"},
                                          {"last_used_before", "86400"}},
                                         http::listed_rows::volumes);
  REQUIRE(volumes);
  CHECK(volumes->sort == "last_used_at");
  CHECK(volumes->descending);
  CHECK(volumes->counted);
  CHECK(volumes->search == "a b");
  CHECK(volumes->project == "shop");
  CHECK(volumes->label_key == "tier");
  CHECK(volumes->use == persistence::volume_use::stopped);
  CHECK(volumes->never_used);
  CHECK(volumes->last_used_before == 86'400 * nanos_per_second);
  CHECK(http::parse_query({{"use", "orphaned"}}, http::listed_rows::volumes)->orphaned);
  const auto containers = http::parse_query(
      {{"sort", "state"}, {"state", "exited"}, {"label", "a=b"}, {"mounts", "true"}},
      http::listed_rows::containers);
  REQUIRE(containers);
  CHECK(containers->sort == "state");
  CHECK_FALSE(containers->descending);
  CHECK(containers->state == "exited");
  CHECK(containers->label == std::pair<std::string, std::string>{"a", "b"});
  CHECK(containers->with_mounts);
}

TEST_CASE("a refused word is answered with those that are allowed") {
  const auto refused = http::parse_query({{"sort", "size"}}, http::listed_rows::containers);
  REQUIRE_FALSE(refused);
  for (const auto name : persistence::container_sorts())
    CHECK(refused.error().text.find(name) != std::string::npos);
}

TEST_CASE("the type of a reconciliation is full by default") {
  CHECK(http::parse_scope({}) == reconcile_scope::full);
  CHECK(http::parse_scope({{"type", "volumes"}}) == reconcile_scope::volumes);
  CHECK(http::parse_scope({{"type", "containers"}}) == reconcile_scope::containers);
  for (const auto* odd : {"", "Full", "volume", "all", "full "})
    CHECK_FALSE(http::parse_scope({{"type", odd}}).has_value());
  CHECK_FALSE(http::parse_scope({{"typ", "full"}}).has_value());
}

TEST_CASE("only the whole token with the right scheme authorizes") {
  const std::string token = "s3cret-token";
  CHECK(http::is_authorized("Bearer s3cret-token", token));
  CHECK(http::is_authorized("bearer  s3cret-token", token));
  for (const auto* odd :
       {"", "Bearer", "Bearer ", "s3cret-token", "Basic s3cret-token", "Bearer s3cret-toke",
        "Bearer s3cret-tokens", "Bearer s3cret-tokenx", "Bearer S3cret-token",
        "Bearer s3cret-tokens3cret-token", "Bearers3cret-token"}) {
    CAPTURE(odd);
    CHECK_FALSE(http::is_authorized(odd, token));
  }
  CHECK_FALSE(http::is_authorized("Bearer ", ""));
}

namespace {

int refused(const std::string& input) {
  std::size_t scanned = 0;
  auto size = http::find_head(input, scanned);
  if (!size)
    return size.error().status;
  if (*size == 0)
    return 0; // not complete
  auto head = http::prepare_head(std::string_view{input}.substr(0, *size));
  return head ? 200 : head.error().status;
}

} // namespace

TEST_CASE("a head is found in any packets, and the bytes after it stay") {
  const std::string input = "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /next";
  std::string arrived;
  std::size_t scanned = 0;
  for (std::size_t i = 0; i < input.size(); ++i) {
    arrived += input[i];
    auto size = http::find_head(arrived, scanned);
    REQUIRE(size.has_value());
    CHECK(*size == (i == 26 ? 27U : 0U));
    if (*size != 0)
      break;
  }
  CHECK(arrived.size() == 27);
}

TEST_CASE("invalid HTTP/1 requests are refused with a fitting status") {
  CHECK(refused("GET / HTTP/1.1\r\n\r\n") == 200);
  CHECK(refused("GET / HTTP/1.0\r\n\r\n") == 200);
  CHECK(refused("GET / HTTP/1.1\r\nHost:x\r\nAccept:\r\n\r\n") == 200);
  CHECK(refused("GET / HTTP/1.1\r\nHost: x\r\n") == 0);
  CHECK(refused("GET / HTTP/1.1\n\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\rA: b\r\n\r\n") == 400);
  CHECK(refused(std::string("GET /\0 HTTP/1.1\r\n\r\n", 20)) == 400);
  CHECK(refused("\x16\x03\x01\x02") == 400); // TLS
  CHECK(refused("GET /\r\n\r\n") == 400);
  CHECK(refused("GET  / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused("GET / x HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused("\"G\" / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused("\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/2.0\r\n\r\n") == 505);
  CHECK(refused("PRI * HTTP/2.0\r\n\r\n") == 505);
  CHECK(refused("BREW / HTTP/1.1\r\n\r\n") == 501);
  CHECK(refused("get / HTTP/1.1\r\n\r\n") == 501);
  CHECK(refused("GET / HTTP/1.1\r\nno colon\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nA: b\r\n continued\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nA b: c\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n") == 400);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n") == 400);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n") == 400);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n") == 413);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n") == 413);
  CHECK(refused("POST / HTTP/1.1\r\nContent-Length: 65536\r\n\r\n") == 200);
  CHECK(refused("GET /" + std::string(8000, 'a')) == 414);
  CHECK(refused("GET /" + std::string(8000, 'a') + " HTTP/1.1\r\n\r\n") == 414);
  CHECK(refused("GET / HTTP/1.1\r\nA: " + std::string(33'000, 'a')) == 431);
}

TEST_CASE("the library gets the request line, and the paths get their headers") {
  const auto head = http::prepare_head(
      "GET /p?a=b?c HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1\r\nAccept-Encoding: br\r\n"
      "Accept-Encoding: GZip\r\nExpect: 100-continue\r\nREMOTE_ADDR: 1.2.3.4\r\n"
      "Authorization:  Bearer t%41 \r\nOrigin:\r\n\r\n");
  REQUIRE(head.has_value());
  CHECK(head->text == "GET /p?a=b%3Fc HTTP/1.1\r\n\r\n");
  CHECK(head->headers.authorization == "Bearer t%41");
  CHECK(head->headers.from.host == "x");
  CHECK(head->headers.from.origin == "");
  CHECK(head->headers.gzip);
  CHECK(head->keep_alive);
  CHECK_FALSE(head->headers.has_body);
}

TEST_CASE("gzip is used if it, or anything, is accepted with a weight above zero") {
  for (const auto* header : {"gzip", "br, GZIP", "x-gzip", "gzip;q=0.001", "gzip ; q=1", "*",
                             "deflate, *;q=0.5", "br;q=1.0, gzip;q=0.8, *;q=0"})
    CHECK(http::accepts_gzip(header));
  for (const auto* header :
       {"", "br", "identity", "gzip;q=0", "gzip; Q=0.000", "*;q=0", "gzip;q=0, *", "gzipped", ",;"})
    CHECK_FALSE(http::accepts_gzip(header));
}

TEST_CASE("a connection is kept alive as HTTP/1.1 specifies, and never after a body") {
  auto prepared = [](const std::string& text) { return http::prepare_head(text).value(); };
  CHECK(prepared("GET / HTTP/1.1\r\n\r\n").keep_alive);
  CHECK_FALSE(prepared("GET / HTTP/1.0\r\n\r\n").keep_alive);
  CHECK_FALSE(prepared("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n").keep_alive);
  CHECK_FALSE(prepared("GET / HTTP/1.1\r\nConnection: TE, close\r\n\r\n").keep_alive);
  CHECK(prepared("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n").headers.has_body);
  CHECK(prepared("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n").headers.has_body);
  CHECK_FALSE(prepared("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n").headers.has_body);
}
