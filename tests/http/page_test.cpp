// The files of the page: how they are served, and what they may not contain.
#include "http/embedded_files.hpp"
#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <zlib.h>

using namespace volumeviz;
using http::page_files;

namespace {

std::string path_of(const http::embedded_file& file) {
  return file.name == "index.html" ? "/" : "/web/" + std::string{file.name};
}

std::string unpacked(std::string_view packed, std::size_t size) {
  std::string result(size, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  CHECK(stream.total_out == size);
  inflateEnd(&stream);
  return result;
}

/// All matches of the pattern's first group.
std::set<std::string> all_in(std::string_view text, const char* pattern) {
  const std::regex expression{pattern};
  std::set<std::string> result;
  for (std::cregex_iterator it{text.data(), text.data() + text.size(), expression}, end; it != end;
       ++it)
    result.insert(it->str(1));
  return result;
}

} // namespace

TEST_CASE("each file of the page has its type, a tag, and a policy that allows no inline script") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr, "s3cret"); // the files need no token
  for (const auto& file : page_files()) {
    CAPTURE(file.name);
    const auto answer = ask(server->port(), "GET", path_of(file));
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
    CHECK(answer->body == file.text);
    CHECK(answer->headers.at("content-type") == file.type);
    CHECK(answer->headers.at("etag") == file.etag);
    CHECK(answer->headers.at("cache-control") == "no-cache");
    CHECK(answer->headers.at("x-content-type-options") == "nosniff");
    const auto policy = answer->headers.at("content-security-policy");
    CHECK(policy.find("default-src 'self'") == 0);
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK_FALSE(answer->headers.contains("content-encoding"));
  }
}

TEST_CASE("a client that accepts gzip gets the compressed form of the build") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  for (const auto& file : page_files()) {
    CAPTURE(file.name);
    const auto answer = ask(server->port(), "GET", path_of(file), "Accept-Encoding: gzip\r\n");
    REQUIRE(answer.has_value());
    CHECK(answer->headers.at("content-encoding") == "gzip");
    CHECK(answer->headers.at("vary") == "Accept-Encoding");
    CHECK(answer->body == file.gzip);
    CHECK(unpacked(answer->body, file.text.size()) == file.text);
  }
}

TEST_CASE("a client that has the file already gets 304 without a body, and another tag the file") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  const auto& file = page_files().front();
  const auto with = [&](const std::string& tag) {
    return ask(server->port(), "GET", path_of(file), "If-None-Match: " + tag + "\r\n");
  };
  const auto same = with("\"other\", " + std::string{file.etag});
  CHECK(same->status == 304);
  CHECK(same->body.empty());
  CHECK(same->headers.at("etag") == file.etag);
  CHECK(with("\"other\"")->status == 200);
}

TEST_CASE("an agent has no page and says where it is") {
  fakes::node node;
  node.own_role = node_role::agent;
  auto server = fakes::serve(node, nullptr);
  const auto answer = ask(server->port(), "GET", "/");
  CHECK(answer->status == 404);
  CHECK(answer->body.find("HUB_ADDRESS") != std::string::npos);
}

TEST_CASE("only the files of the page are served below /web/") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  for (const auto* path : {"/web", "/web/", "/web/index.html", "/web/none.js", "/web/../main.js",
                           "/web/lib", "/main.js"})
    CHECK(ask(server->port(), "GET", path)->status == 404);
}

TEST_CASE("the page has every file that it refers to, and no other") {
  std::set<std::string> wanted{"index.html"}, present;
  for (const auto& file : page_files()) {
    present.emplace(file.name);
    for (const auto& name : all_in(file.text, "(?:src|href)=\"web/([^\"]+)\""))
      wanted.insert(name);
    const auto folder = std::filesystem::path{file.name}.parent_path();
    for (const auto& name : all_in(file.text, "from \"(\\.[^\"]+)\""))
      wanted.insert((folder / name).lexically_normal().string());
  }
  CHECK(wanted == present);
}

TEST_CASE("the document names every module, so that a browser need not find one after the other") {
  const auto index = http::find_page_file("/")->text;
  for (const auto& file : page_files())
    if (file.name.ends_with(".js"))
      CHECK_MESSAGE(index.find("\"web/" + std::string{file.name} + "\"") != std::string_view::npos,
                    file.name);
}

TEST_CASE("the page works below a path of a reverse proxy, and refers to no other server") {
  for (const auto& file : page_files()) {
    CAPTURE(file.name);
    for (const auto* absolute : {"href=\"/", "src=\"/", "fetch(\"/", "location.origin", "https://"})
      CHECK(file.text.find(absolute) == std::string_view::npos);
    // The name of an XML format is an address, too.
    for (const auto& address : all_in(file.text, "(http://[a-z.0-9]+)"))
      CHECK(address == "http://www.w3.org");
  }
}

TEST_CASE("nothing that others chose can become markup or script") {
  for (const auto& file : page_files()) {
    CAPTURE(file.name);
    for (const auto* way : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write",
                            "DOMParser", "eval(", "new Function", " style=\"", "<style", "srcdoc"})
      CHECK(file.text.find(way) == std::string_view::npos);
  }
}

TEST_CASE("the whole page is smaller than 250 KB compressed") {
  std::size_t size = 0;
  for (const auto& file : page_files())
    size += file.gzip.size();
  MESSAGE("the page has " << page_files().size() << " files and " << size << " bytes compressed");
  CHECK(size < 250'000);
}
