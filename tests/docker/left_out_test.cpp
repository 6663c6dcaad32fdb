// Entries of a list that can't be parsed are left out and reported; all others are read.

#include "docker/broken_text.hpp"
#include "docker/event_json.hpp"
#include "tests/docker/whole_lists.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::docker;

namespace {

// What a volume plugin or a proxy may put into a text.
const std::string bad_bytes = "\xff\xfe";
const std::string cut_character = "\xe2\x82"; // the first two of three bytes
const std::string lone_half = R"(\ud800)";
const std::string other_half = R"(\uDC00x)";

volume_listing volumes_around(const std::string& entry) {
  auto out = parse_volumes(R"({"Volumes":[{"Name":"before"},)" + entry + R"(,{"Name":"after"}]})");
  REQUIRE_MESSAGE(out, (out ? "" : out.error().text));
  REQUIRE(out->volumes.size() == 2);
  CHECK(out->volumes[0].name == "before");
  CHECK(out->volumes[1].name == "after");
  CHECK(out->warnings.empty());
  return *out;
}

left_out_entry left_out_volume(const std::string& entry) {
  const auto out = volumes_around(entry);
  REQUIRE(out.left_out.size() == 1);
  CHECK(out.left_out[0].position == 2);
  return out.left_out[0];
}

left_out_entry left_out_container(const std::string& entry) {
  const auto out = parse_containers(R"([{"Id":"before","State":"running"},)" + entry
                                    + R"(,{"Id":"after","State":"exited","Image":"sha256:1"}])");
  REQUIRE_MESSAGE(out, (out ? "" : out.error().text));
  const auto& [containers, left_out] = out->listing;
  REQUIRE(containers.size() == 2);
  CHECK(containers[0].id == "before");
  CHECK(containers[1].id == "after");
  CHECK(out->named_by_id == std::vector<std::string>{"after"});
  REQUIRE(left_out.size() == 1);
  CHECK(left_out[0].position == 2);
  CHECK(left_out[0].driver.empty());
  return left_out[0];
}

} // namespace

TEST_CASE("a malformed volume is left out with its readable fields, all others are read") {
  struct example {
    std::string entry, key, driver, why;
  };
  for (const auto& x : std::vector<example>{
           {R"({"Name":"","Driver":"nas"})", "", "nas", "its name is empty"},
           {R"({"Driver":"local"})", "", "local", "its name is missing"},
           {R"({"Name":null,"Driver":"nas"})", "", "nas", "its name is missing"},
           {R"({"Name":7,"Driver":"nas"})", "", "nas", "its name should be valid text"},
           {R"({"Name":"x","Driver":{}})", "x", "", "its driver should be valid text"},
           {R"({"Name":"x","Driver":"nas","Labels":{"a":1}})", "x", "nas",
            "its labels should be an object of valid texts"},
           {R"({"Name":"x","Labels":{"a":null}})", "x", "",
            "its labels should be an object of valid texts"},
           {R"({"Name":"x","Labels":[]})", "x", "", "its labels should be an object"},
           {R"({"Name":"x","Options":{"o":{}}})", "x", "",
            "its options should be an object of valid texts"},
           {R"({"Name":"x","CreatedAt":5})", "x", "", "its CreatedAt should be valid text"},
           {"7", "", "", "it is not a JSON object"},
           {"null", "", "", "it is not a JSON object"},
           {R"(["Name","x"])", "", "", "it is not a JSON object"}}) {
    CAPTURE(x.entry);
    const auto left_out = left_out_volume(x.entry);
    CHECK(left_out.key == x.key);
    CHECK(left_out.driver == x.driver);
    CHECK(left_out.why == x.why);
  }
}

TEST_CASE("a malformed container is left out with its id, all others are read") {
  struct example {
    std::string entry, key, why;
  };
  for (const auto& x : std::vector<example>{
           {R"({"Id":"x"})", "x", "its state is missing"},
           {R"({"State":"running"})", "", "its id is missing"},
           {"{}", "", "its id is missing"},
           {"null", "", "it is not a JSON object"},
           {R"({"Id":"x","State":7})", "x", "its state should be valid text"},
           {R"({"Id":"x","State":"running","Names":[7]})", "x",
            "its names should be a list of valid texts"},
           {R"({"Id":"x","State":"running","Labels":{"a":null}})", "x",
            "its labels should be an object of valid texts"},
           {R"({"Id":"x","State":"running","Mounts":[7]})", "x", "its mount is not a JSON object"},
           {R"({"Id":"x","State":"running","Mounts":{}})", "x", "its mounts should be a list"},
           {R"({"Id":"x","State":"running","Created":"yesterday"})", "x",
            "its created should be a whole number"},
           {R"({"Id":"x","State":"running","Mounts":[{"Type":"volume","Name":7}]})", "x",
            "its mount: the name should be valid text"}}) {
    CAPTURE(x.entry);
    const auto left_out = left_out_container(x.entry);
    CHECK(left_out.key == x.key);
    CHECK(left_out.why == x.why);
  }
}

TEST_CASE("invalid text leaves out only its own entry") {
  for (const auto& broken : {bad_bytes, cut_character, lone_half, other_half, "ok" + bad_bytes}) {
    CAPTURE(broken);
    auto nameless = left_out_volume(R"({"Name":"a)" + broken + R"(","Driver":"nas"})");
    CHECK(nameless.key.empty()); // "a" would be another volume
    CHECK(nameless.driver == "nas");
    CHECK(nameless.why == "its name should be valid text");
    auto labelled = left_out_volume(R"({"Name":"x","Labels":{"k":")" + broken + R"("}})");
    CHECK(labelled.key == "x");
    CHECK(labelled.why == "its labels should be an object of valid texts");
    CHECK(left_out_volume(R"({"Name":"x","Labels":{")" + broken + R"(":"v"}})").key == "x");
    CHECK(left_out_volume(R"({"Name":"x","Driver":")" + broken + R"("})").driver.empty());
    CHECK(left_out_container(R"({"Id":")" + broken + R"(","State":"running"})").key.empty());
    CHECK(left_out_container(R"({"Id":"x","State":"running","Mounts":[{"Type":"volume","Name":")"
                             + broken + R"("}]})")
              .key
          == "x");
  }
}

TEST_CASE("invalid text in an unused field changes nothing") {
  const auto out =
      parse_volumes(R"({"Volumes":[{"Name":"ä€😀\ud83d\ude00\u0041\"\\","Status":{"x":")" + bad_bytes
                    + R"("},")" + lone_half + R"(":1,"Labels":{"k":"\u00e9é"}}],"Warnings":null})");
  REQUIRE(out);
  CHECK(out->left_out.empty());
  REQUIRE(out->volumes.size() == 1);
  CHECK(out->volumes[0].name == "ä€😀😀A\"\\");
  CHECK(out->volumes[0].labels == key_values{{"k", "éé"}});
}

TEST_CASE("a noncharacter in valid text is kept") {
  const auto out = parse_volumes("{\"Volumes\":[{\"Name\":\"a\xEF\xB7\x90\"}]}");
  REQUIRE(out);
  CHECK(out->left_out.empty());
  CHECK(out->volumes[0].name == "a\xEF\xB7\x90");
}

TEST_CASE("a list that is cut off, or not a list, is an error as a whole") {
  const auto whole = R"({"Volumes":[{"Name":"good"},{"Name":"a)" + bad_bytes + R"("}]})";
  REQUIRE(parse_volumes(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    REQUIRE_FALSE(parse_volumes(whole.substr(0, size)));
  const auto containers = R"([{"Id":"a)" + lone_half + R"(","State":"x"}])";
  REQUIRE(parse_containers(containers));
  for (std::size_t size = 0; size < containers.size(); ++size)
    REQUIRE_FALSE(parse_containers(containers.substr(0, size)));
  for (const auto& body : {"<html>" + bad_bytes, bad_bytes, "{\"Volumes\":" + bad_bytes + "}"})
    CHECK_FALSE(parse_volumes(body));
}

TEST_CASE("an entry that is not JSON is left out, and the others are read") {
  CHECK_FALSE(left_out_volume(R"({"Name":"\u12"})").why.empty());
  CHECK_FALSE(left_out_volume(R"({"Name":"x" "Driver"})").why.empty());
  CHECK_FALSE(left_out_container(R"({"Id":tru})").why.empty());
}

TEST_CASE("an event with invalid labels is read, one with an invalid id is damaged") {
  event_parser parser;
  for (const auto& broken : {bad_bytes, cut_character, lone_half}) {
    CAPTURE(broken);
    const auto line = [](const std::string& id, const std::string& label) {
      return R"({"Type":"container","Action":"die","Actor":{"ID":")" + id
             + R"(","Attributes":{"k":")" + label + R"("}},"timeNano":5})";
    };
    const auto good = parser.parse(line("c1", broken));
    REQUIRE(std::holds_alternative<docker_event>(good));
    CHECK(std::get<docker_event>(good).id == "c1");
    CHECK(std::holds_alternative<failure>(parser.parse(line(broken, "v"))));
    CHECK(std::holds_alternative<docker_event>(parser.parse(line("c2", "v"))));
  }
}

TEST_CASE("valid text is not marked, and stays unchanged in a marked document") {
  CHECK(rc::check("only what Boost.JSON refuses is marked", [] {
    const auto bytes = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string{"a\"\\ud8Cc01\xc3\xa9\xed\xa0\xf0\x9f\x98\x80\xe0\xf4"}));
    auto text = "[\"" + bytes + "\"]";
    boost::system::error_code error;
    boost::json::parse(text, error);
    const auto marked = mark_broken_text(text);
    if (!error)
      RC_ASSERT(!marked);
    // What is marked has nothing left to be marked.
    if (marked)
      RC_ASSERT(!mark_broken_text(*marked));
  }));
}
