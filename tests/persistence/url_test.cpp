#include "persistence/inventory.hpp"
#include "persistence/store.hpp"
#include "persistence/url.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::persistence;

namespace {

std::string complaint(const std::string& url) {
  const auto parsed = parse_url(url);
  if (parsed)
    return "none";
  CHECK(parsed.error().code == ec::bad_request);
  const auto same_to_the_caller = open_store({url});
  CHECK(!same_to_the_caller);
  CHECK(!open_inventory({url}));
  CHECK(!migrate({url}));
  return parsed.error().text;
}

} // namespace

TEST_CASE("an SQLite URL names a file by an absolute path, percent-encoded") {
  CHECK(parse_url("sqlite:///var/lib/x.db")->path == "/var/lib/x.db");
  CHECK(parse_url("sqlite:////var/lib/x.db")->path == "/var/lib/x.db");
  CHECK(parse_url("sqlite:////var/lib/x.db")->display == "sqlite:///var/lib/x.db");
  CHECK(parse_url("sqlite:///a%20b/%C3%A4%3D.db")->path == "/a b/ä=.db");
  for (const auto* bad :
       {"sqlite://", "sqlite://x.db", "sqlite:///", "sqlite:///x/", "sqlite:///x?mode=ro",
        "sqlite:///x%2", "sqlite:///x%zz", "sqlite:///x%00y"}) {
    INFO(std::string{bad});
    CHECK(complaint(bad).find("sqlite:///absolute/path.db") != std::string::npos);
  }
}

TEST_CASE("a database is shown in one line, whatever its URL escapes") {
  CHECK(parse_url("sqlite:///a%20b%0Ac%1B.db")->display == "sqlite:///a b%0Ac%1B.db");
  CHECK(parse_url("postgresql://u%0A@h/d%07b")->display == "postgresql://u%0A@h/d%07b");
}

TEST_CASE("a PostgreSQL URL may be anything libpq understands") {
  for (const auto* good :
       {"postgresql://u:p@h:5432/db", "postgres://u@h/db", "postgresql://h1:1,h2/db",
        "postgresql:///db?hostaddr=::1", "postgresql://u@/db?host=/run/postgresql&port=5433",
        "postgresql://u:p@h1:1,h2:2/db?target_session_attrs=read-write",
        "postgresql://u:p%40ss%2F@[::1]:5432/db?sslmode=verify-full&options=-c%20a%3Db"}) {
    INFO(std::string{good});
    const auto parsed = parse_url(good);
    REQUIRE(parsed);
    CHECK(parsed->kind == dialect::postgresql);
    // Without a '=' SOCI would append one to the name of the database.
    CHECK(parsed->connection.find("application_name=volumeviz-events") != std::string::npos);
    CHECK(parsed->connection.find(' ') == std::string::npos);
  }
  CHECK(parse_url("postgresql://u@h/db?application_name=mine&keepalives_idle=99")->connection
        == "postgresql:///"
           "?application_name=mine&dbname=db&host=h&keepalives=1&keepalives_count=3&keepalives_"
           "idle=99"
           "&keepalives_interval=5&tcp_user_timeout=10000&user=u");
}

TEST_CASE(
    "an invalid database URL is refused with the allowed forms, and nothing of it is quoted") {
  for (const auto* bad : {"", "mysql://u:secret@h/db", "host=h password=secret",
                          "postgresql://u:se/cret@h/db", "postgresql://u:secret@cret@h/db",
                          "postgresql://u@h:secret/db", "postgresql://u@h/db?password=p&secret=1",
                          "postgresql://h/db?pass=1&secret", "postgresql://u@h/db?password=%secret",
                          "postgresql://u@h/db?password=se@cret", "PostgreSQL://u:secret@h/db"}) {
    INFO(std::string{bad});
    const auto text = complaint(bad);
    CHECK(text.find("postgresql://USER:PASSWORD@HOST:PORT/NAME") != std::string::npos);
    CHECK(text.find("secret") == std::string::npos);
    CHECK(text.find("cret") == std::string::npos);
  }
}

TEST_CASE("every wrong parameter of a URL is named, and those that are right are not") {
  const auto text = complaint("postgresql://u:p@h/db?sslmode=on&user=me&port=0&no_such=1&"
                              "target_session_attrs=standby&keepalives_idle=1s&options=%zz&flag");
  for (const auto* named :
       {"sslmode", "no_such", "target_session_attrs", "keepalives_idle", "options", "flag"})
    CHECK_MESSAGE(text.find(std::string{"the parameter "} + named + ":") != std::string::npos,
                  text);
  CHECK(text.find("parameter user") == std::string::npos);
  for (const auto* good : {"sslmode=verify-full", "target_session_attrs=primary", "ssl=true",
                           "connect_timeout=3", "options=-c%20search_path%3Dx", "sslcert=%2Fc.pem"})
    CHECK_MESSAGE(!url_complaint(std::string{"postgresql://u@h/db?"} + good), good);
}

TEST_CASE("a URL that is shown has no secret in it") {
  CHECK(display_url("postgresql://user:secret@host:5432/name?sslmode=require&password=secret")
        == "postgresql://user@host:5432/name");
  CHECK(display_url("postgres://user:secret@h1:1,h2:2/name") == "postgresql://user@h1,h2:1,2/name");
  CHECK(display_url("postgresql:///name?user=u&password=secret&host=/run")
        == "postgresql://u@/run/name");
  CHECK(display_url("sqlite:///var/lib/a%20b.db") == "sqlite:///var/lib/a b.db");
  for (const auto* bad : {"postgresql://u:sec@ret@h/db", "postgresql://u:sec/ret@h/db",
                          "mysql://u:secret@h/db", "secret", "sec:ret", ""}) {
    const auto shown = display_url(bad);
    CHECK_MESSAGE(shown.find("sec") == std::string::npos, shown);
    CHECK_MESSAGE(shown.find("ret") == std::string::npos, shown);
  }
  CHECK(display_url("mysql://u:secret@h/db") == "mysql://***@h/db");
}
