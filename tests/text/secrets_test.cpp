#include "text/secrets.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using volumeviz::text::in_quotes;
using volumeviz::text::without_secrets;

TEST_CASE("a URL is shown without user name and password") {
  CHECK(without_secrets("sqlite:///var/lib/x.db") == "sqlite:///var/lib/x.db");
  CHECK(without_secrets("postgresql://db:5432/n?sslmode=require")
        == "postgresql://db:5432/n?sslmode=require");
  CHECK(without_secrets("postgresql://u:p@db/n") == "postgresql://***@db/n");
  CHECK(without_secrets("postgresql://u:p@q@db/n") == "postgresql://***@db/n");
  CHECK(without_secrets("postgresql:///n?password=p&x=y") == "postgresql:///n?password=***");
  CHECK(without_secrets("postgresql:///n?x=y&passwd=p&q") == "postgresql:///n?x=y&password=***");
  CHECK(without_secrets("postgresql://passau/n?x=y") == "postgresql://passau/n?x=y");
  CHECK(without_secrets("host=db password=p") == "***");
  CHECK(without_secrets("postgresql://h1:1,h2:2/n") == "postgresql://h1:1,h2:2/n");
  CHECK(without_secrets("tcp://[::1]:2375") == "tcp://[::1]:2375");
  // The "@HOST" is missing, or the password has a '/'.
  CHECK(without_secrets("postgresql://u:p/n") == "postgresql://***");
  CHECK(without_secrets("postgresql://u:1p:5432/n") == "postgresql://***");
}

TEST_CASE("a quoted value is printable ASCII on one line") {
  CHECK(in_quotes("plain") == "\"plain\"");
  CHECK(in_quotes("a\"b\\c\n\x1b") == R"("a\"b\\c\x0a\x1b")");
  CHECK(in_quotes("\xc3\xa4") == R"("\xc3\xa4")");
  CHECK(in_quotes(std::string(300, 'x')).ends_with("(300 bytes)"));
}

TEST_CASE("no password survives in what is shown") {
  CHECK(rc::check([] {
    const auto noise =
        rc::gen::container<std::string>(rc::gen::elementOf(std::string{"ab:@/?%&="}));
    const auto shown = without_secrets(*noise + "://" + *noise + ":HUSH@" + *noise);
    RC_ASSERT(shown.find("HUSH") == std::string::npos);
  }));
}
