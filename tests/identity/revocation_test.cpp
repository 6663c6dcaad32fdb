// The list of revoked certificates: its format, and how changes of the file are noticed.
#include "identity/revocation_list.hpp"
#include "tests/identity/handshake.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace volumeviz::identity;
using namespace volumeviz::identity::testing;
using volumeviz::support::agent_wish;
using volumeviz::support::authority;
using volumeviz::support::hub_wish;
using volumeviz::support::scratch_folder;

namespace {

const std::string digits(64, 'a');
const std::string other_digits(64, 'b');

struct list_on_disk {
  scratch_folder folder;
  std::string path = folder / "revoked";
  std::vector<std::string> troubles;
  revocation_list list{path, [this](const std::string& why) { troubles.push_back(why); }};

  list_on_disk& holds(const std::string& text) {
    // As editors and deployments do: a new file replaces the old one.
    std::ofstream{path + ".new", std::ios::binary} << text;
    std::filesystem::rename(path + ".new", path);
    return *this;
  }
  std::string why_not() const {
    const auto read = read_revoked(path);
    return read ? std::string{} : read.error();
  }
};

} // namespace

TEST_CASE("the fingerprint that openssl prints equals the session's") {
  const authority ca;
  const auto files = ca.issue(agent_wish("web-1"));
  const encounter met{load(files_of(files, ca.ca()), side::agent),
                      make(ca, hub_wish("DNS:hub"), side::hub)};
  REQUIRE(met.both_believe());
  list_on_disk on;
  const auto print = "openssl x509 -noout -fingerprint -sha256 -in " + files.certificate + " > ";
  REQUIRE(std::system((print + on.path).c_str()) == 0);
  CHECK(on.list.has(met.hub()->peer().fingerprint));
  CHECK_FALSE(on.list.has(met.agent()->peer().fingerprint));
  CHECK(on.troubles.empty());
}

TEST_CASE("digits of either case, with colons or without, comments and empty lines are read") {
  std::string colons;
  for (int i = 0; i < 32; ++i)
    colons += i == 0 ? "AB" : ":AB";
  std::string mixed;
  for (int i = 0; i < 32; ++i)
    mixed += "ab";
  for (const auto& line : {"SHA256 Fingerprint=" + colons, "sha256 Fingerprint=" + colons, colons,
                           mixed, "  " + mixed + "\t# lost on the train", mixed + "\r"}) {
    CAPTURE(line);
    list_on_disk on;
    on.holds("# revoked\n\n   \n" + line + "\n" + digits);
    CHECK(on.why_not() == "");
    CHECK(on.list.has(mixed));
    CHECK(on.list.has(digits));
    CHECK_FALSE(on.list.has(other_digits));
  }
  list_on_disk empty;
  empty.holds("");
  CHECK(empty.why_not() == "");
}

TEST_CASE("a line that is not a fingerprint is refused with its number, in printable text") {
  list_on_disk on;
  for (const std::string& line : {std::string{"web-1"}, digits.substr(1), digits + "0",
                                  "SHA1 Fingerprint=" + digits.substr(24), std::string{"="},
                                  std::string{"\x1b[2J"}, std::string(10'000, 'x')}) {
    on.holds(digits + "\n" + line + "\n");
    const auto why = on.why_not();
    CAPTURE(why);
    CHECK(contains(why, "line 2, "));
    CHECK(contains(why, "is not a SHA-256 fingerprint"));
    CHECK(why.size() < 1000);
    CHECK_FALSE(contains(why, "\x1b"));
  }
}

TEST_CASE("lines added to the file or removed from it take effect at the next check") {
  list_on_disk on;
  on.holds(digits + "\n");
  CHECK(on.list.has(digits));
  CHECK_FALSE(on.list.has(other_digits));
  on.holds(digits + "\n" + other_digits + "\n");
  CHECK(on.list.has(other_digits));
  on.holds(other_digits + "\n");
  CHECK_FALSE(on.list.has(digits));
  std::ofstream{on.path, std::ios::app} << digits << "\n";
  CHECK(on.list.has(digits));
  CHECK(on.troubles.empty());
}

TEST_CASE("while the file can't be read the old list stays valid, reported once for each change") {
  list_on_disk on;
  on.holds(digits + "\n");
  CHECK(on.list.has(digits));
  on.holds("rubbish\n");
  for (int i = 0; i < 3; ++i)
    CHECK(on.list.has(digits));
  CHECK(on.troubles.size() == 1);
  std::filesystem::remove(on.path);
  for (int i = 0; i < 3; ++i)
    CHECK(on.list.has(digits));
  REQUIRE(on.troubles.size() == 2);
  CHECK(contains(on.troubles.back(), "there is no such file"));
  on.holds(other_digits + "\n");
  CHECK(on.list.has(other_digits));
  CHECK_FALSE(on.list.has(digits));
  CHECK(on.troubles.size() == 2);
}

TEST_CASE("a file that is missing from the start revokes nothing, and is reported") {
  list_on_disk on;
  CHECK_FALSE(on.list.has(digits));
  CHECK_FALSE(on.list.has(digits));
  CHECK(on.troubles.size() == 1);
}
