#include "docker/line_reader.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

using volumeviz::docker::line_reader;

namespace {

/// What a reader makes of pieces: the lines, with "!" for each that is too long.
std::vector<std::string> read(line_reader& reader, const std::vector<std::string>& chunks) {
  std::vector<std::string> out;
  for (const auto& chunk : chunks)
    reader.feed(
        chunk, [&](std::string_view line) { out.emplace_back(line); },
        [&](std::size_t) { out.emplace_back("!"); });
  return out;
}

std::vector<std::string> read(const std::vector<std::string>& chunks, std::size_t limit = 100) {
  line_reader reader{limit};
  return read(reader, chunks);
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("lines are complete however their bytes arrive") {
  CHECK(read({"one\ntwo\n"}) == lines{"one", "two"});
  CHECK(read({"o", "ne\nt", "wo", "\n"}) == lines{"one", "two"});
  CHECK(read({"one", "\n", "two\n"}) == lines{"one", "two"});
}

TEST_CASE("an incomplete line is held back") {
  line_reader reader{100};
  CHECK(read(reader, {"one\ntw"}) == lines{"one"});
  CHECK(reader.pending() == 2);
  CHECK(read(reader, {"o\n"}) == lines{"two"});
  CHECK(reader.pending() == 0);
}

TEST_CASE("record separators, carriage returns and empty lines are removed") {
  CHECK(read({"\x1e{}\n\n\r\n\x1e\n{}\r\n"}) == lines{"{}", "{}"});
  CHECK(read({"\x1e", "{}\r", "\n"}) == lines{"{}"});
  CHECK(read({"a\rb\n"}) == lines{"a\rb"});
}

TEST_CASE("a line may have the limit's length, not one byte more") {
  CHECK(read({"12345\n"}, 5) == lines{"12345"});
  CHECK(read({"123456\n"}, 5) == lines{"!"});
}

TEST_CASE("a line that is too long is reported once, and the next one is read") {
  line_reader reader{5};
  CHECK(read(reader, {"12", "3456", "789"}) == lines{"!"});
  CHECK(reader.skipping());
  CHECK(reader.pending() == 0);
  CHECK(read(reader, {"0123456789", "0\nnext\n"}) == lines{"next"});
  CHECK_FALSE(reader.skipping());
}

TEST_CASE("a line of megabytes is complete, and its memory is freed") {
  const std::string big(3'000'000, 'x');
  line_reader reader{16'000'000};
  std::vector<std::string> chunks;
  for (std::size_t at = 0; at < big.size(); at += 4096)
    chunks.push_back(big.substr(at, 4096));
  chunks.emplace_back("\nsmall\n");
  CHECK(read(reader, chunks) == lines{big, "small"});
}

TEST_CASE("any split of the bytes gives the same lines") {
  CHECK(rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n', '\n', '\r', '\x1e', '{'));
    const auto limit = *rc::gen::inRange<std::size_t>(1, 12);
    std::vector<std::string> chunks;
    for (std::size_t at = 0; at < text.size();) {
      const auto size = *rc::gen::inRange<std::size_t>(1, 6);
      chunks.push_back(text.substr(at, size));
      at += size;
    }
    RC_ASSERT(read(chunks, limit) == read({text}, limit));
  }));
}

TEST_CASE("lines that are joined and cut anywhere are restored") {
  CHECK(rc::check([] {
    const auto wanted = *rc::gen::container<lines>(
        rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'))));
    std::string text;
    for (const auto& line : wanted)
      text += line + "\n";
    const auto cut = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
    RC_ASSERT(read({text.substr(0, cut), text.substr(cut)}, 1000) == wanted);
  }));
}
