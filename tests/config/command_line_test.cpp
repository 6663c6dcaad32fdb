#include "config/command_line.hpp"
#include "config/setting_table.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace volumeviz::config;
using action = command::action;

namespace {

command parsed(const std::vector<std::string>& arguments) {
  const auto result = read_command_line(arguments);
  if (const auto* exit = std::get_if<immediate_exit>(&result))
    FAIL(exit->text);
  return std::get<command>(result);
}

immediate_exit answered(const std::vector<std::string>& arguments) {
  const auto result = read_command_line(arguments);
  REQUIRE(std::holds_alternative<immediate_exit>(result));
  return std::get<immediate_exit>(result);
}

} // namespace

TEST_CASE("each command is parsed") {
  CHECK(parsed({}).what == action::serve);
  CHECK(parsed({"serve"}).what == action::serve);
  CHECK(parsed({"check"}).what == action::check);
  CHECK(parsed({"migrate"}).what == action::migrate);
  CHECK(parsed({"history", "verify"}).what == action::verify_history);
  CHECK(parsed({"reconcile"}).what == action::reconcile);
  CHECK_FALSE(parsed({"reconcile"}).dry_run);
  CHECK(parsed({"reconcile", "--dry-run"}).dry_run);
  const auto watch = parsed(
      {"watch", "--url", "http://a:1", "--host=h", "--volume", "v", "--container", "c", "--json"});
  CHECK(watch.what == action::watch);
  CHECK(watch.watch.url == "http://a:1");
  CHECK(watch.watch.host + watch.watch.volume + watch.watch.container == "hvc");
  CHECK(watch.watch.json);
  CHECK(parsed({"watch"}).watch.url.empty());
}

TEST_CASE("a wrong command line ends with 2 and a sentence on standard error") {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"dance"},
                                                                     {"--dry-run"},
                                                                     {"serve", "--dry-run"},
                                                                     {"check", "migrate"},
                                                                     {"watch", "--volume"},
                                                                     {"serve", "--json"},
                                                                     {"history"},
                                                                     {"history", "check"},
                                                                     {"verify"},
                                                                     {"serve", "extra"},
                                                                     {"--port=1"}}) {
    const auto exit = answered(arguments);
    CHECK(exit.code == exit_code::wrong_command_line);
    CHECK(exit.is_error);
    CHECK(exit.text.starts_with("volumeviz-events: "));
    CHECK(exit.text.find("--help") != std::string::npos);
  }
}

TEST_CASE("--help works everywhere and lists every setting and the exit codes") {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--help"},
                                                                     {"-h"},
                                                                     {"serve", "--help"},
                                                                     {"check", "-h"},
                                                                     {"reconcile", "--help"},
                                                                     {"migrate", "--help"},
                                                                     {"history", "--help"},
                                                                     {"history", "verify", "-h"}}) {
    const auto exit = answered(arguments);
    CHECK(exit.code == exit_code::fine);
    CHECK_FALSE(exit.is_error);
    CHECK(exit.text.find("78 wrong settings") != std::string::npos);
    CHECK(exit.text.ends_with('\n'));
    for (const auto& each : setting_table())
      CHECK(exit.text.find("  " + std::string{each.name} + " (default ") != std::string::npos);
  }
}

TEST_CASE("--version works everywhere") {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"--version"}, {"serve", "--version"}, {"reconcile", "--version"}}) {
    const auto exit = answered(arguments);
    CHECK(exit.code == exit_code::fine);
    CHECK(exit.text.starts_with("volumeviz-events "));
    CHECK(exit.text.ends_with('\n'));
    CHECK_FALSE(exit.is_error);
  }
}

TEST_CASE("any command line is parsed or refused, and never throws") {
  CHECK(rc::check([](const std::vector<std::string>& arguments) {
    const auto result = read_command_line(arguments);
    if (const auto* exit = std::get_if<immediate_exit>(&result))
      RC_ASSERT(!exit->text.empty());
  }));
}
