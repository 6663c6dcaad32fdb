// A list's text is cut into its entries.

#include "docker/list_entries.hpp"
#include "docker/resource_json.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace volumeviz;
using docker::entries_of;

namespace {

using texts = std::vector<std::string_view>;

boost::json::value any_value(int depth) {
  const auto text = [] {
    return *rc::gen::element<std::string>("", "a,b", "]}", "\"", "\\", "\n{[");
  };
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
  case 0:
    return nullptr;
  case 1:
    return *rc::gen::arbitrary<std::int64_t>();
  case 2:
    return *rc::gen::arbitrary<bool>();
  case 3:
    return boost::json::value(text());
  case 4: {
    boost::json::array list;
    for (auto left = *rc::gen::inRange(0, 4); left > 0; --left)
      list.push_back(any_value(depth - 1));
    return list;
  }
  default: {
    boost::json::object object;
    for (auto left = *rc::gen::inRange(0, 4); left > 0; --left)
      object[text() + std::to_string(left)] = any_value(depth - 1);
    return object;
  }
  }
}

} // namespace

TEST_CASE("a list is cut at its own commas only") {
  const auto out = entries_of(R"( [ {"a":[1,2],"b":"],"} , 3,"x\",y" , [ ] ] )");
  CHECK(out.entries == texts{R"({"a":[1,2],"b":"],"})", "3", R"("x\",y")", "[ ]"});
  CHECK(out.frame == "[0,0,0,0] ");
}

TEST_CASE("a member's list is cut, and the rest of the object stays") {
  const auto out =
      entries_of(R"({"Other":[1,2],"Volumes":[{"Name":"v"},{}],"Warnings":["w"]})", "Volumes");
  CHECK(out.entries == texts{R"({"Name":"v"})", "{}"});
  CHECK(out.frame == R"({"Other":[1,2],"Volumes":[0,0],"Warnings":["w"]})");
}

TEST_CASE("a list with a missing entry, or an end that does not fit, has a malformed frame") {
  for (const auto* body :
       {"[1,,2]", "[1,]", "[,1]", "[1", "[1,", "[\"a", "[1}", "[1]]", "[", "x[1]"}) {
    CAPTURE(std::string{body});
    CHECK_FALSE(docker::parse_containers(body));
    CHECK_FALSE(docker::parse_volumes(R"({"Volumes":)" + std::string{body} + "}"));
  }
}

TEST_CASE("two lists of volumes in one document are malformed") {
  CHECK_FALSE(docker::parse_volumes(R"({"Volumes":[{"Name":"a"}],"Volumes":[]})"));
}

TEST_CASE("an entry that is nested too deep is left out, and the others are read") {
  const auto deep =
      R"({"Name":"b","Labels":)" + std::string(500, '[') + std::string(500, ']') + "}";
  const auto out =
      docker::parse_volumes(R"({"Volumes":[{"Name":"a"},)" + deep + R"(,{"Name":"c"}]})");
  REQUIRE(out);
  CHECK(out->volumes.size() == 2);
  REQUIRE(out->left_out.size() == 1);
  CHECK(out->left_out[0].position == 2);
}

TEST_CASE("the entries of any list are those that a parser finds") {
  CHECK(rc::check("any list", [] {
    boost::json::array list;
    for (auto left = *rc::gen::inRange(0, 6); left > 0; --left)
      list.push_back(any_value(3));
    const auto text = boost::json::serialize(list);
    const auto cut = entries_of(text);
    RC_ASSERT(cut.entries.size() == list.size());
    for (std::size_t i = 0; i < list.size(); ++i)
      RC_ASSERT(boost::json::parse(cut.entries[i]) == list[i]);
    RC_ASSERT(boost::json::parse(cut.frame).as_array().size() == list.size());
  }));
}
