#include "text/host_port.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using volumeviz::text::host_of;
using volumeviz::text::host_port;
using volumeviz::text::is_loopback;
using volumeviz::text::parse_host_port;
using volumeviz::text::to_string;

TEST_CASE("addresses are names, IPv4 or bracketed IPv6, with a port") {
  CHECK(parse_host_port("127.0.0.1:8080") == host_port{"127.0.0.1", 8080});
  CHECK(parse_host_port("localhost:0") == host_port{"localhost", 0});
  CHECK(parse_host_port("db-1.example.org:65535") == host_port{"db-1.example.org", 65535});
  CHECK(parse_host_port("[::1]:80") == host_port{"::1", 80});
  CHECK(parse_host_port("[::]:80") == host_port{"::", 80});
}

TEST_CASE("a text of another form is not an address") {
  for (const auto* text :
       {"", ":", "8080", ":8080", "host", "host:", "host:65536", "host:-1", "host:1x", "::1:80",
        "[::1]", "[::1]80", "[]:80", "[127.0.0.1]:80", "[zz]:80", "a b:80", "http://host:80"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_host_port(text));
  }
}

TEST_CASE("an address is read back from its own text") {
  for (const auto& address :
       {host_port{"127.0.0.1", 1}, host_port{"::1", 80}, host_port{"fe80::1", 65535}})
    CHECK(parse_host_port(to_string(address)) == address);
}

TEST_CASE("any text that is read as an address is read back as the same") {
  CHECK(rc::check([](const std::string& text) {
    if (const auto address = parse_host_port(text))
      RC_ASSERT(parse_host_port(to_string(*address)) == *address);
  }));
}

TEST_CASE("hosts are compared without case, port, brackets and the dot at the end") {
  CHECK(host_of("Node.Example:8080") == "node.example");
  CHECK(host_of("node.example.") == "node.example");
  CHECK(host_of("[FD00:0::1]:80") == "fd00::1");
  CHECK(host_of("[::1]") == "::1");
  CHECK(host_of("127.0.0.1") == "127.0.0.1");
  for (const auto* text :
       {"", ".", ":80", "host:", "host:x", "a:1:2", "::1", "[::1", "[::1]x", "a b", "*.a", "a/b"}) {
    CAPTURE(text);
    CHECK_FALSE(host_of(text));
  }
}

TEST_CASE("loopback is what only this machine can reach") {
  for (const auto* host : {"127.0.0.1", "127.255.0.3", "::1", "localhost"})
    CHECK(is_loopback(host));
  for (const auto* host :
       {"0.0.0.0", "10.0.0.1", "::", "example.org", "127.evil.org", "localhost.evil.org", ""})
    CHECK_FALSE(is_loopback(host));
}

TEST_CASE("a host name has 1 to 253 of letters, digits, '.', '_' and '-'") {
  for (const auto& name :
       {std::string{"a"}, std::string{"Node_1.example-org"}, std::string(253, 'x')})
    CHECK(volumeviz::text::is_host_name(name));
  for (const auto& name : {std::string{}, std::string(254, 'x'), std::string{"a b"},
                           std::string{"\xc3\xa4"}, std::string{"a/b"}, std::string("a\0b", 3)})
    CHECK_FALSE(volumeviz::text::is_host_name(name));
}
