#include "tests/persistence/testbed.hpp"
#include "tests/support/eventually.hpp"

#include <arpa/inet.h>
#include <fstream>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;
using namespace std::chrono_literals;
using support::eventually;

namespace {

template <class Answer>
std::string unreachable(const Answer& answer) {
  REQUIRE_FALSE(answer);
  CHECK_MESSAGE(answer.error().code == ec::store_unreachable, answer.error().text);
  CHECK(answer.error().text.find("never-shown") == std::string::npos);
  CHECK(answer.error().text.size() < 600);
  return answer.error().text;
}

template <class Work>
std::chrono::steady_clock::duration took(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - begin;
}

} // namespace

TEST_CASE("a connection that was cut fails one write and no read, and is replaced") {
  if (!support::postgres_can_run())
    return;
  auto& server = support::shared_postgres();
  testbed on{server.new_database()};
  on.apply(batch_of({a_volume("v1")}));
  CHECK(on.reader->check());
  server.sql(server.url(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE application_name = 'volumeviz-events'");
  unreachable(on.writer->apply({batch_of({a_volume("v2")})}));
  on.apply(batch_of({a_volume("v2")}));
  const auto read = on.reader->volumes({});
  REQUIRE_MESSAGE(read, (read ? "" : read.error().text));
  CHECK(read->items.size() == 2);
}

TEST_CASE("the first read after a restart of the server works, and so does the next") {
  if (!support::postgres_can_run())
    return;
  support::postgres server{support::durability::none};
  testbed on{server.new_database()};
  on.apply(batch_of({a_volume("v1")}));
  CHECK(on.reader->volumes({}));
  for (int i = 0; i < 2; ++i) {
    server.restart();
    const auto read = on.reader->volumes({});
    REQUIRE_MESSAGE(read, (read ? "" : read.error().text));
    CHECK(read->items.size() == 1);
  }
  server.stop();
  unreachable(on.reader->volumes({})); // a second try does not hide that it is down
}

TEST_CASE("a server that is down is reported at once, and used again when it is back") {
  if (!support::postgres_can_run())
    return;
  support::postgres server{support::durability::none};
  testbed on{server.new_database()};
  on.apply(batch_of({a_volume("v1")}));
  server.stop();
  CHECK(took([&] {
          unreachable(on.writer->apply({batch_of({a_volume("v2")})})); // the connection is gone
          const auto text = unreachable(on.writer->apply({batch_of({a_volume("v2")})}));
          CHECK_MESSAGE(text.find("start the server") != std::string::npos, text);
          unreachable(on.writer->ping());
          unreachable(on.reader->volumes({}));
        })
        < 5s);
  server.start();
  on.apply(batch_of({a_volume("v2")}));
  CHECK(on.value("SELECT count(*) FROM volumes") == "2");
  CHECK(on.reader->check());
  server.kill(); // as a crash; what was committed stays
  unreachable(on.writer->ping());
  server.start();
  CHECK(on.writer->ping());
  CHECK(on.value("SELECT count(*) FROM volumes") == "2");
}

TEST_CASE("a server that hangs delays no call beyond its limit") {
  if (!support::postgres_can_run())
    return;
  support::postgres server{support::durability::none};
  testbed on{server.new_database(), 700ms};
  on.apply(batch_of({a_volume("v1")}));
  CHECK(on.reader->check());
  server.pause();
  CHECK(took([&] {
          const auto text = unreachable(on.writer->apply({batch_of({a_volume("v2")})}));
          CHECK_MESSAGE(text.find("no answer within 700 ms") != std::string::npos, text);
        })
        < 2s);
  CHECK(took([&] { unreachable(on.reader->volumes({})); }) < 2s);
  // A new connection is bounded in whole seconds, at least two.
  CHECK(took([&] { unreachable(on.writer->ping()); }) < 5s);
  CHECK(took([&] { unreachable(migrate({on.url, 700ms})); }) < 5s);
  server.resume();
  CHECK(eventually([&] {
    const auto written = on.writer->apply({batch_of({a_volume("v2")})});
    return written && !written->front().locked_out;
  }));
  CHECK(on.reader->volumes({})->items.size() == 2);
}

TEST_CASE("a lock of another client delays no call beyond its limit") {
  on_both([](testbed& bed) {
    testbed on{bed.url, 600ms};
    on.apply(batch_of({a_volume("v1")}));
    session other{*parse_url(on.url), session::purpose::change_nothing, 20s};
    other.begin();
    other.script("UPDATE volumes SET driver = 'locked'");
    auto changed = a_volume("v1");
    changed.driver = "nfs";
    CHECK(took([&] { unreachable(on.writer->apply({batch_of({changed})})); }) < 3s);
    other.rollback();
    CHECK(on.apply(batch_of({changed})).changes.size() == 1);
  });
}

TEST_CASE("nothing remains of a batch that failed half-way") {
  on_both([](testbed& on) {
    on.apply(batch_of({a_volume("v1")}));
    // The second table is out of reach while the first is written.
    on.run("ALTER TABLE containers RENAME TO elsewhere");
    CHECK_FALSE(on.writer->apply({batch_of({a_volume("v2")}), batch_of({}, {a_container("c1")})}));
    on.run("ALTER TABLE elsewhere RENAME TO containers");
    CHECK(on.value("SELECT count(*) FROM volumes") == "1");
    CHECK(
        on.apply(std::vector{batch_of({a_volume("v2")}), batch_of({}, {a_container("c1")})}).size()
        == 2);
  });
}

TEST_CASE("a server can be reached by its Unix socket") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().socket_url()};
  CHECK(on.writer->ping());
  CHECK(on.reader->check());
}

TEST_CASE("a read-only server is reported with the cure") {
  if (!support::postgres_can_run())
    return;
  auto& server = support::shared_postgres();
  testbed on{server.new_database()};
  on.apply(batch_of({}));
  CHECK(on.writer->release("alpha"));
  const testbed read_only{on.url + "?options=-c%20default_transaction_read_only%3Don"};
  const auto text = unreachable(read_only.writer->apply({batch_of({a_volume("v1")})}));
  CHECK_MESSAGE(text.find("read-only") != std::string::npos, text);
}

TEST_CASE("a missing database or server is reported with the cure and without the password") {
  if (!support::postgres_can_run())
    return;
  auto& server = support::shared_postgres();
  const testbed nowhere{server.url("no_such_database")};
  auto text = unreachable(nowhere.writer->ping());
  CHECK_MESSAGE(text.find("create it, or correct DATABASE_URL") != std::string::npos, text);
  const testbed nobody{"postgresql://u:never-shown@no-such-host.invalid/db"};
  text = unreachable(nobody.writer->ping());
  CHECK_MESSAGE(text.find("correct the host") != std::string::npos, text);
}

TEST_CASE("a listener that never answers is given up") {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(fd, 5) == 0);
  REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const testbed on{"postgresql://u:never-shown@127.0.0.1:" + std::to_string(ntohs(address.sin_port))
                       + "/db",
                   500ms};
  CHECK(took([&] { unreachable(on.writer->ping()); }) < 5s);
  CHECK(took([&] { unreachable(on.reader->check()); }) < 5s);
  ::close(fd);
}

TEST_CASE("a statement that never ends is interrupted on SQLite") {
  const support::scratch_folder folder;
  testbed on{"sqlite://" + (folder / "inventory.db"), 300ms};
  on.apply(batch_of({}));
  on.run("CREATE TRIGGER endless BEFORE INSERT ON volumes BEGIN SELECT count(*) FROM (WITH "
         "RECURSIVE n(x) AS "
         "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n); END");
  CHECK(took([&] { unreachable(on.writer->apply({batch_of({a_volume("v1")})})); }) < 3s);
  on.run("DROP TRIGGER endless");
  CHECK(on.apply(batch_of({a_volume("v1")})).changes.size() == 1);
}

TEST_CASE("a file that is not a database is left as it is, and the error says what to do") {
  const support::scratch_folder folder;
  const auto path = folder / "inventory.db";
  const std::string text =
      "these are somebody's notes, and long enough to be looked at as a header of 100 bytes: "
      "................................................................................";
  std::ofstream{path} << text;
  testbed on{"sqlite://" + path};
  for (const auto& words : {unreachable(on.writer->apply({batch_of({a_volume("v1")})})),
                            unreachable(on.writer->ping()), unreachable(on.reader->volumes({}))})
    CHECK_MESSAGE(words.find("move " + path + " aside") != std::string::npos, words);
  CHECK(support::file_text(path) == text);
  std::filesystem::remove(path);
  CHECK(on.apply(batch_of({a_volume("v1")})).changes.size() == 1); // without a restart
}

TEST_CASE("a damaged file is reported, and replaced when it was moved aside") {
  const support::scratch_folder folder;
  const auto path = folder / "inventory.db";
  {
    testbed before{"sqlite://" + path};
    before.apply(batch_of(some_volumes(1, 500)));
  }
  {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096 * 2);
    file << std::string(static_cast<std::size_t>(std::filesystem::file_size(path)) - 4096 * 2,
                        '\x5A');
  }
  testbed on{"sqlite://" + path};
  const auto text = unreachable(on.writer->apply({list_of(some_volumes(1, 500))}));
  CHECK_MESSAGE(text.find("damaged") != std::string::npos, text);
  for (const auto* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(path + suffix);
  CHECK(on.apply(list_of(some_volumes(1, 500))).changes.size() == 500);
}

TEST_CASE("a file that was moved or deleted is created again, without a restart") {
  const support::scratch_folder folder;
  const auto path = folder / "inventory.db";
  testbed on{"sqlite://" + path};
  on.apply(batch_of({a_volume("v1")}));
  CHECK(on.reader->volumes({})->items.size() == 1);
  for (const auto* suffix : {"", "-wal", "-shm"})
    std::filesystem::rename(path + suffix, path + ".old" + suffix);
  CHECK_FALSE(on.reader->volumes({})); // there is no such file, and reading makes none
  CHECK(words(on.apply(batch_of({a_volume("v2")})).changes) == lines{"create volume v2"});
  CHECK(on.reader->volumes({})->items.at(0).volume_id == "v2");
  for (const auto* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(path + suffix);
  CHECK(words(on.apply(batch_of({a_volume("v3")})).changes) == lines{"create volume v3"});
  CHECK(on.value("SELECT volume_id FROM volumes") == "v3");
}

TEST_CASE("a path where no file can be created is reported with the cure") {
  const testbed on{"sqlite:///proc/no/such/place.db"};
  const auto text = unreachable(on.writer->apply({batch_of({})}));
  CHECK_MESSAGE(text.find("must be able to write to") != std::string::npos, text);
}
