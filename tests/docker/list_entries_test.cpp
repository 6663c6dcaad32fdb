// A list's text is cut into its entries.

#include "docker/list_entries.hpp"
#include "tests/docker/whole_lists.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace volumeviz;
using docker::list_cutter;

namespace {

using texts = std::vector<std::string>;

struct cut_list {
  texts entries;
  std::string frame;
  friend bool operator==(const cut_list&, const cut_list&) = default;
};

/// `parts` are the parts of the document.
cut_list cut(list_cutter cutter, const texts& parts) {
  cut_list out;
  for (const auto& part : parts)
    cutter.feed(part, [&out](std::string_view entry) { out.entries.emplace_back(entry); });
  CHECK(out.entries.size() == cutter.entries());
  out.frame = cutter.frame();
  return out;
}

/// The document in parts of any sizes, with an empty one at the end.
texts in_parts(const std::string& document) {
  texts parts;
  const auto most = *rc::gen::element<std::size_t>(2, 5, 50);
  for (std::size_t at = 0; at < document.size(); at += parts.back().size())
    parts.push_back(document.substr(at, *rc::gen::inRange<std::size_t>(1, most)));
  parts.emplace_back();
  return parts;
}

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
  const auto out = cut({}, {R"( [ {"a":[1,2],"b":"],"} , 3,"x\",y" , [ ] ] )"});
  CHECK(out.entries == texts{R"({"a":[1,2],"b":"],"})", "3", R"("x\",y")", "[ ]"});
  CHECK(out.frame == " [0,0,0,0] ");
}

TEST_CASE("a member's list is cut, and the rest of the object stays") {
  const auto out = cut(list_cutter{"Volumes"},
                       {R"({"Other":[1,2],"Volumes":[{"Name":"v"},{}],"Warnings":["w"]})"});
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
    const auto out = cut({}, in_parts(text));
    RC_ASSERT(out.entries.size() == list.size());
    for (std::size_t i = 0; i < list.size(); ++i)
      RC_ASSERT(boost::json::parse(out.entries[i]) == list[i]);
    RC_ASSERT(boost::json::parse(out.frame).as_array().size() == list.size());
  }));
}

TEST_CASE("a member of another name, or inside of another value, is not cut") {
  for (const std::string document :
       {R"({"Volume":[1],"Volumess":[2],"x":{"Volumes":[3]},"y":["Volumes",[4]],"Volumes":null})",
        R"({"x":"Volumes","Volumes":"[5]"})", R"(["Volumes",[6]])", R"({"Volumes":{"a":[7]}})"}) {
    const auto out = cut(list_cutter{"Volumes"}, {document});
    CHECK(out.entries.empty());
    CHECK(out.frame == document);
  }
}

TEST_CASE("in whatever parts a document comes, it is cut alike") {
  CHECK(rc::check("any parts", [] {
    boost::json::object object{{"Volumes", boost::json::array{}}};
    for (auto left = *rc::gen::inRange(0, 4); left > 0; --left)
      object["Volumes"].as_array().push_back(any_value(3));
    object["Warnings"] = any_value(2);
    auto document = boost::json::serialize(object);
    // Also documents that are malformed, or that end too early.
    if (*rc::gen::inRange(0, 2) > 0)
      document[*rc::gen::inRange<std::size_t>(0, document.size())] =
          *rc::gen::element('"', '\\', ',', '[', ']', '{', '}', ' ', ':');
    document.resize(*rc::gen::inRange<std::size_t>(document.size() / 2, document.size() + 1));
    RC_ASSERT(cut(list_cutter{"Volumes"}, in_parts(document))
              == cut(list_cutter{"Volumes"}, {document}));
    RC_ASSERT(cut({}, in_parts(document)) == cut({}, {document}));
  }));
}

TEST_CASE("a list that begins again forgets what came before") {
  docker::volume_list_reader list;
  list.feed(R"({"Volumes":[{"Name":"old"},{"Na)");
  list.begin();
  list.feed(R"({"Volumes":[{"Name":"new"}]})");
  const auto out = list.finish();
  REQUIRE(out);
  REQUIRE(out->volumes.size() == 1);
  CHECK(out->volumes[0].name == "new");
}
