#include "tests/stage/stage.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/scratch.hpp"

#include <stdexcept>
#include <utility>

namespace volumeviz::integration {

namespace {

class sqlite_file final : public test_database {
public:
  std::string url() const override { return "sqlite://" + (folder_ / "inventory.db"); }
  void stop() override { refuse(); }
  void kill() override { refuse(); }
  void start() override { refuse(); }
  void pause() override { refuse(); }
  void resume() override { refuse(); }

private:
  [[noreturn]] static void refuse() { throw std::logic_error{"an SQLite file can't be stopped"}; }
  support::scratch_folder folder_;
};

class postgres_server final : public test_database {
public:
  explicit postgres_server(std::vector<std::string> settings)
      : server_{support::durability::full, std::move(settings)} {}
  std::string url() const override { return server_.url(); }
  void stop() override { server_.stop(); }
  void kill() override { server_.kill(); }
  void start() override { server_.start(); }
  void pause() override { server_.pause(); }
  void resume() override { server_.resume(); }

private:
  support::postgres server_;
};

} // namespace

std::unique_ptr<test_database> make_database(database_kind kind,
                                             std::vector<std::string> settings) {
  if (kind == database_kind::sqlite)
    return std::make_unique<sqlite_file>();
  return std::make_unique<postgres_server>(std::move(settings));
}

bool servers_can_run(database_kind kind) {
  return support::dockerd_can_run()
         && (kind == database_kind::sqlite || support::postgres_can_run());
}

} // namespace volumeviz::integration
