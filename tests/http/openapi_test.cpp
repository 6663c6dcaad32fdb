// The OpenAPI document has what the server has, and the server what the document has. That every
// answer is as it says, the client of these tests checks: see api_document.hpp.
#include "http/embedded_files.hpp"
#include "http/router.hpp"
#include "tests/feed/fake_history.hpp"
#include "tests/http/api_document.hpp"
#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace volumeviz;

namespace json = boost::json;

namespace {

const std::string where = "/api/v1/openapi.json";

/// An operation of the document, and what a client may send: all examples of its parameters.
struct operation {
  std::string path, method;
  const json::object& described;

  std::vector<const json::object*> parameters(const char* in) const {
    std::vector<const json::object*> all;
    if (const auto* given = described.if_contains("parameters"))
      for (const auto& each : given->as_array())
        if (const auto& x = support::json_schema{api_document()}.resolved(each); x.at("in") == in)
          all.push_back(&x.as_object());
    return all;
  }
  std::string target() const {
    auto filled = path;
    for (const auto* x : parameters("path")) {
      const auto name = "{" + std::string{x->at("name").as_string()} + "}";
      REQUIRE(filled.find(name) != std::string::npos);
      filled.replace(filled.find(name), name.size(), x->at("example").as_string());
    }
    return filled;
  }
};

std::vector<operation> operations() {
  std::vector<operation> all;
  for (const auto& [path, item] : api_document().at("paths").as_object())
    for (const auto& [method, described] : item.as_object())
      all.push_back({path, method == "post" ? "POST" : "GET", described.as_object()});
  return all;
}

std::string text_of(const json::value& example) {
  return example.is_string() ? std::string{example.as_string()} : json::serialize(example);
}

/// A server of a node in this role, with a row of each kind and a change.
struct scene {
  explicit scene(node_role role, const std::string& token = {}) {
    node.own_role = role;
    node.actor_list.push_back({.name = "node", .parent = {}, .state = "running"});
    rows.volume_page.items.resize(2);
    rows.volume_page.items[0].usage = persistence::volume_usage{};
    rows.container_page.items.resize(1);
    rows.mount_page.items.resize(1);
    rows.mount_page.items[0].access_mode = "rw";
    rows.host_page.items.resize(1);
    past.commit(fakes::growing_history::change());
    const bool is_agent = role == node_role::agent;
    server = fakes::serve(node, is_agent ? nullptr : &rows, token, "127.0.0.1",
                          is_agent ? nullptr : &past);
  }
  raw_answer_read get(const std::string& target, const std::string& headers = {}) {
    auto answer = ask(server->port(), "GET", target, headers);
    REQUIRE(answer.has_value());
    return *answer;
  }

  fakes::node node;
  fakes::inventory rows;
  fakes::growing_history past;
  std::unique_ptr<http::server> server;
};

/// All objects in a value, with it.
void for_each_object(const json::value& in, const std::function<void(const json::object&)>& call) {
  if (const auto* object = in.if_object()) {
    call(*object);
    for (const auto& member : *object)
      for_each_object(member.value(), call);
  } else if (const auto* array = in.if_array()) {
    for (const auto& item : *array)
      for_each_object(item, call);
  }
}

} // namespace

TEST_CASE("the document has every path of the server with its method, and no other") {
  std::set<std::pair<std::string, std::string>> documented, served;
  for (const auto& each : operations())
    documented.emplace(each.path, each.method);
  for (auto& each : http::router::paths())
    served.insert(std::move(each));
  CHECK(documented == served);
}

TEST_CASE("every documented path answers on a standalone node and on a hub") {
  for (const auto role : {node_role::standalone, node_role::hub}) {
    scene on{role};
    for (const auto& each : operations()) {
      CAPTURE(each.path);
      const auto answer = ask(on.server->port(), each.method, each.target());
      REQUIRE(answer.has_value());
      CHECK(answer->status == (each.method == "POST" ? 202 : 200));
    }
  }
}

TEST_CASE("an agent answers each documented path, and serves the document") {
  scene on{node_role::agent};
  for (const auto& each : operations()) {
    CAPTURE(each.path);
    const auto answer = ask(on.server->port(), each.method, each.target());
    REQUIRE(answer.has_value());
    const bool of_rows = each.described.at("responses").as_object().contains("404");
    CHECK(answer->status == (each.method == "POST" ? 202 : of_rows ? 404 : 200));
  }
  CHECK(on.get(where).status == 200);
}

TEST_CASE("the server takes every documented parameter, and refuses all others") {
  scene on{node_role::standalone};
  for (int i = 0; i < 4711; ++i) // cursors of the examples
    on.past.commit(fakes::growing_history::change());
  for (const auto& each : operations()) {
    CAPTURE(each.path);
    std::set<std::string> documented;
    for (const auto* x : each.parameters("query")) {
      const std::string name{x->at("name").as_string()};
      CAPTURE(name);
      documented.insert(name);
      const auto answer = ask(on.server->port(), each.method,
                              each.target() + "?" + name + "=" + text_of(x->at("example")));
      REQUIRE(answer.has_value());
      CHECK(answer->status == (each.method == "POST" ? 202 : 200));
    }
    if (documented.empty())
      continue;
    // The sentence names what is allowed.
    const auto refused = ask(on.server->port(), each.method, each.target() + "?nonsense=1");
    REQUIRE(refused->status == 400);
    std::string sentence{json::parse(refused->body).at("error").as_string()};
    sentence.erase(0, sentence.find(": ") + 2);
    std::set<std::string> allowed;
    while (!sentence.empty()) {
      const auto end = std::min(sentence.find(", "), sentence.size());
      allowed.insert(sentence.substr(0, end));
      sentence.erase(0, end + 2);
    }
    CHECK(allowed == documented);
  }
}

TEST_CASE("with a token exactly the paths that the document leaves open need none") {
  scene on{node_role::standalone, "s3cret"};
  for (const auto& each : operations()) {
    CAPTURE(each.path);
    const auto* own = each.described.if_contains("security");
    const bool open = own != nullptr && own->as_array().empty();
    CHECK((ask(on.server->port(), each.method, each.target())->status == 401) == !open);
  }
}

TEST_CASE("a client that has the document already gets 304 without a body") {
  scene on{node_role::standalone};
  const auto first = on.get(where);
  CHECK(first.body == http::api_document().text);
  CHECK(first.headers.at("cache-control") == "no-cache");
  const auto tag = first.headers.at("etag");
  const auto again = on.get(where, "If-None-Match: " + tag + "\r\n");
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  CHECK(on.get(where, "If-None-Match: \"other\"\r\n").status == 200);
  CHECK(on.get(where, "Accept-Encoding: gzip\r\n").body == http::api_document().gzip);
}

TEST_CASE("the document is of this version, and each of its parts is used and exists") {
  CHECK(api_document().at("info").at("version") == VOLUMEVIZ_VERSION);
  std::set<std::string> referred, present;
  for_each_object(api_document(), [&](const json::object& x) {
    if (const auto* reference = x.if_contains("$ref"))
      referred.emplace(reference->as_string());
  });
  for (const auto& [kind, parts] : api_document().at("components").as_object())
    if (kind != "securitySchemes")
      for (const auto& part : parts.as_object())
        present.insert("#/components/" + std::string{kind} + "/" + std::string{part.key()});
  present.erase("#/components/schemas/Reset"); // in the stream, which OpenAPI can't describe
  CHECK(referred == present);
}

TEST_CASE("operations.md names every path and every parameter") {
  std::ifstream stream{VOLUMEVIZ_SOURCE_DIR "/docs/operations.md"};
  REQUIRE(stream);
  const std::string text{std::istreambuf_iterator{stream}, {}};
  const auto names = [&](const std::string& word) { // in code, whole
    for (const auto* before : {"`", "?", " "})
      for (const auto* after : {"`", "?", "="})
        if (text.find(before + word + after) != std::string::npos)
          return true;
    return false;
  };
  for (const auto& each : operations()) {
    CHECK_MESSAGE(names(each.path), each.path);
    for (const auto* x : each.parameters("query"))
      CHECK_MESSAGE(names(std::string{x->at("name").as_string()}), each.path);
  }
}

TEST_CASE("a schema that lists properties is closed, and what it requires is one of them") {
  for_each_object(api_document().at("components").at("schemas"), [](const json::object& x) {
    if (!x.contains("properties") || !x.at("properties").is_object() || !x.contains("type"))
      return;
    CAPTURE(json::serialize(x));
    CHECK(x.at("additionalProperties") == false);
    for (const auto& name : x.at("required").as_array())
      CHECK(x.at("properties").as_object().contains(name.as_string()));
  });
}

TEST_CASE("an answer that is not as documented is noticed") {
  const auto answer = [](int status, const std::string& body) {
    return raw_answer_read{status, {{"content-type", "application/json"}}, body};
  };
  const auto mount = [&](const std::string& rest) {
    return undocumented_in("GET", "/api/v1/mounts",
                           answer(200, R"({"next":null,"items":[{"host":"h","volume_id":"v",)"
                                       R"("container_id":"c","mount_path":"/",)"
                                           + rest + "}]}"));
  };
  const std::string times = R"("is_active":true,"created_at":null,"updated_at":)";
  CHECK(mount(R"("access_mode":"rw",)" + times + "null") == "");
  CHECK(mount(R"("access_mode":"rx",)" + times + "null") != "");       // none of the words
  CHECK(mount(R"("access_mode":"rw",)" + times + "7") != "");          // another type
  CHECK(mount(R"("access_mode":"rw",)" + times + R"("now")") != "");   // no time
  CHECK(mount(times + "null") != "");                                  // one is missing
  CHECK(mount(R"("access_mode":"rw","x":1,)" + times + "null") != ""); // one is unknown
  const auto error = answer(404, R"({"error":"no"})");
  CHECK(undocumented_in("GET", "/api/v1/nothing", error) == "");
  CHECK(undocumented_in("GET", "/api/v1/nothing", answer(200, "{}")) != "");
  CHECK(undocumented_in("GET", "/api/v1/actors", answer(404, R"({"sorry":"no"})")) != "");
  CHECK(undocumented_in("GET", "/api/v1/actors", answer(202, R"({"items":[]})")) != "");
  CHECK(undocumented_in("GET", "/api/v1/actors?x=1", answer(200, R"({"items":[]})")) != "");
  CHECK(undocumented_in("GET", "/metrics", answer(200, "{}")) != "");
  CHECK(undocumented_in("PUT", "/metrics", answer(200, "{}")) != "");
}
