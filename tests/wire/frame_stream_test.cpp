// However the network cuts a stream, it gives the same frames, and no byte of a refused one.
#include "tests/wire/caf_bytes.hpp"
#include "wire/frame_stream.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace volumeviz::wire;
using namespace volumeviz::wire::testing;

namespace {

/// Forwards frames for even actors and drops those for odd ones. Refuses actor 666 at the header,
/// and 667 when the frame is complete.
class picky_filter : public frame_filter {
public:
  verdict header(const frame_header& x) override {
    if (x.target == 666)
      return tl::unexpected{complaint{violation::receiver, "666"}};
    return passage::forward;
  }
  verdict frame(const frame_header& x, bytes payload) override {
    CHECK(payload.size() == x.payload_size);
    if (x.target == 667)
      return tl::unexpected{complaint{violation::receiver, "667"}};
    return x.target % 2 == 0 ? passage::forward : passage::drop;
  }
  passage sent(const frame_header& x) override {
    return x.target % 2 == 0 ? passage::forward : passage::drop;
  }
};

frame any_frame(std::uint64_t target, std::size_t size) {
  return request(1, target, byte_vector(size, static_cast<std::byte>(target)));
}

struct cut_stream {
  byte_vector all, expected;
  std::vector<byte_vector> chunks;
};

cut_stream any_stream() {
  cut_stream x;
  const auto count = *rc::gen::inRange(0, 8);
  for (int i = 0; i < count; ++i) {
    const auto next =
        any_frame(*rc::gen::inRange<std::uint64_t>(2, 9), *rc::gen::inRange<std::size_t>(0, 200))
            .bytes_on_the_wire();
    x.all.insert(x.all.end(), next.begin(), next.end());
    if (next.at(31) == std::byte{2} || std::to_integer<int>(next.at(31)) % 2 == 0)
      x.expected.insert(x.expected.end(), next.begin(), next.end());
  }
  for (auto at = x.all.begin(); at != x.all.end();) {
    const auto size = std::min<std::ptrdiff_t>(*rc::gen::inRange(1, 100), x.all.end() - at);
    x.chunks.emplace_back(at, at + size);
    at += size;
  }
  return x;
}

} // namespace

TEST_CASE("received: a stream gives the same frames however it is cut") {
  CHECK(rc::check("chunks", [] {
    const auto stream = any_stream();
    picky_filter filter;
    received_stream received{filter};
    byte_vector through;
    std::vector<frame_header> seen;
    std::size_t sent = 0, told = 0;
    for (const auto& chunk : stream.chunks) {
      RC_ASSERT(received.take(chunk, through, seen).has_value());
      sent += chunk.size();
    }
    RC_ASSERT(through == stream.expected);
    // Dropped frames count, too, since they must be slowed down like others.
    for (const auto& x : seen)
      told += header_size + x.payload_size;
    RC_ASSERT(told == sent);
  }));
}

TEST_CASE("sent: a stream gives the same frames however it is cut") {
  CHECK(rc::check("chunks", [] {
    const auto stream = any_stream();
    picky_filter filter;
    sent_stream sent{filter};
    byte_vector through;
    for (const auto& chunk : stream.chunks)
      RC_ASSERT(sent.take(chunk, through).sound);
    RC_ASSERT(through == stream.expected);
  }));
}

TEST_CASE("frames before a refused one pass, and no byte of the refused one") {
  for (const std::uint64_t target : {666, 667}) {
    const auto good = any_frame(2, 10).bytes_on_the_wire();
    auto all = good;
    for (const auto& next : {any_frame(target, 10), any_frame(2, 10)}) {
      const auto more = next.bytes_on_the_wire();
      all.insert(all.end(), more.begin(), more.end());
    }
    for (std::size_t chunk = 1; chunk <= all.size(); ++chunk) {
      picky_filter filter;
      received_stream received{filter};
      byte_vector through;
      std::vector<frame_header> seen;
      bool refused = false;
      for (std::size_t at = 0; at < all.size() && !refused; at += chunk)
        refused =
            !received.take(bytes{all}.subspan(at, std::min(chunk, all.size() - at)), through, seen);
      CHECK(refused);
      CHECK(through == good);
      CHECK(seen.size() == 1);
    }
  }
}

TEST_CASE("bytes that are not BASP are refused as soon as a header's length has arrived") {
  const auto refused_after = [](byte_vector all) {
    picky_filter filter;
    received_stream received{filter};
    byte_vector through;
    std::vector<frame_header> seen;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (const auto taken = received.take(bytes{all}.subspan(i, 1), through, seen); !taken) {
        CHECK(taken.error().why == violation::header);
        CHECK(through.empty());
        return i + 1;
      }
    return std::size_t{0};
  };
  CHECK(refused_after(byte_vector(100, std::byte{'G'})) == header_size);
  auto reserved = any_frame(2, 5).bytes_on_the_wire();
  reserved[1] = std::byte{1};
  CHECK(refused_after(reserved) == header_size);
  auto unknown = any_frame(2, 5).bytes_on_the_wire();
  unknown[0] = std::byte{7};
  CHECK(refused_after(unknown) == header_size);
}

TEST_CASE("no memory is allocated for a length that a header announces") {
  picky_filter filter;
  received_stream received{filter};
  auto x = any_frame(2, 0);
  x.header.payload_len = 4'000'000;
  byte_vector through;
  std::vector<frame_header> seen;
  REQUIRE(received.take(x.bytes_on_the_wire(), through, seen));
  CHECK(received.memory() < 1024);
  const byte_vector part(1000);
  for (int i = 0; i < 100; ++i)
    REQUIRE(received.take(part, through, seen));
  CHECK(received.memory() < 300'000);
  CHECK(through.capacity() == 0);
}

TEST_CASE("sent: an answer among the frames is reported") {
  picky_filter filter;
  sent_stream sent{filter};
  byte_vector through;
  CHECK_FALSE(sent.take(any_frame(2, 3).bytes_on_the_wire(), through).answered);
  CHECK(sent.take(response(1, 2, byte_vector(3)).bytes_on_the_wire(), through).answered);
  CHECK_FALSE(sent.take(heartbeat().bytes_on_the_wire(), through).answered);
  CHECK_FALSE(sent.take(byte_vector(64, std::byte{0xFF}), through).sound);
}
