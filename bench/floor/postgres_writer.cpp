#include "bench/floor/least_writer.hpp"

#include <libpq-fe.h>

#include <array>
#include <stdexcept>

namespace volumeviz::bench {

namespace {

// With the program's columns, keys and indexes, and without its triggers.
constexpr std::array postgres_plain_tables{
    "CREATE TABLE IF NOT EXISTS plain_volumes (LIKE volumes INCLUDING ALL, FOREIGN KEY (host) "
    "REFERENCES hosts (host) ON DELETE CASCADE)",
    "CREATE TABLE IF NOT EXISTS plain_containers (LIKE containers INCLUDING ALL, FOREIGN KEY "
    "(host) REFERENCES hosts (host) ON DELETE CASCADE)",
    "CREATE TABLE IF NOT EXISTS plain_volume_mounts (LIKE volume_mounts INCLUDING ALL, FOREIGN KEY "
    "(host) REFERENCES hosts (host) ON DELETE CASCADE, FOREIGN KEY (host, container_id) REFERENCES "
    "plain_containers (host, container_id) ON DELETE CASCADE)"};

constexpr const char* postgres_insert_volume =
    "INSERT INTO plain_volumes (host, volume_id, name, driver, mountpoint, labels, options, scope, "
    "created_at, updated_at) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, now())";

constexpr const char* postgres_insert_container =
    "WITH c AS (INSERT INTO plain_containers (host, container_id, name, image, state, status, "
    "labels, "
    "started_at, is_active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true, "
    "$9, now())) INSERT INTO plain_volume_mounts (host, volume_id, container_id, mount_path, "
    "access_mode, created_at, updated_at) VALUES ($1, $10, $2, $11, $12, now(), now())";

class postgres_writer final : public least_writer {
public:
  postgres_writer(const std::string& url, std::string host)
      : host_{std::move(host)}, connection_{PQconnectdb(url.c_str()), &PQfinish} {
    if (PQstatus(connection_.get()) != CONNECTION_OK)
      fail();
    check(PQexec(connection_.get(), "SET client_min_messages = warning")); // not "already exists"
    for (const char* table : postgres_plain_tables)
      check(PQexec(connection_.get(), table));
    prepare("no_host", "DELETE FROM hosts WHERE host = $1"); // and all rows that belong to it
    prepare("host", "INSERT INTO hosts (host, first_seen_at) VALUES ($1, now())");
    for (const char* name : {"no_host", "host"})
      execute(name, std::array{host_.c_str()});
    prepare("volume", postgres_insert_volume);
    prepare("container", postgres_insert_container);
    prepare("no_volume", "DELETE FROM plain_volumes WHERE host = $1 AND volume_id = $2");
    prepare("no_container", "DELETE FROM plain_containers WHERE host = $1 AND container_id = $2");
  }

  void insert(const volume_row& x) override {
    execute("volume",
            std::array{host_.c_str(), x.name.c_str(), x.driver.c_str(), x.mountpoint.c_str(),
                       x.labels.c_str(), x.options.c_str(), x.scope.c_str(), x.created_at.c_str()});
  }

  void insert(const container_row& x) override {
    execute("container", std::array{host_.c_str(), x.id.c_str(), x.name.c_str(), x.image.c_str(),
                                    x.state.c_str(), x.status.c_str(), x.labels.c_str(),
                                    x.started_at.c_str(), x.created_at.c_str(), x.volume.c_str(),
                                    x.mount_path.c_str(), x.access_mode.c_str()});
  }

  void remove_volume(const std::string& name) override {
    execute("no_volume", std::array{host_.c_str(), name.c_str()});
  }
  void remove_container(const std::string& id) override {
    execute("no_container", std::array{host_.c_str(), id.c_str()});
  }
  void begin() override { check(PQexec(connection_.get(), "BEGIN")); }
  void commit() override { check(PQexec(connection_.get(), "COMMIT")); }

private:
  [[noreturn]] void fail() {
    throw std::runtime_error{std::string{"the plain writer: "} + PQerrorMessage(connection_.get())};
  }

  void check(PGresult* answer) {
    const auto status = PQresultStatus(answer);
    PQclear(answer);
    if (status != PGRES_COMMAND_OK)
      fail();
  }

  void prepare(const char* name, const char* statement) {
    check(PQprepare(connection_.get(), name, statement, 0, nullptr));
  }

  template <std::size_t Count>
  void execute(const char* name, const std::array<const char*, Count>& values) {
    check(PQexecPrepared(connection_.get(), name, Count, values.data(), nullptr, nullptr, 0));
  }

  std::string host_;
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

} // namespace

std::unique_ptr<least_writer> make_postgres_writer(const std::string& url,
                                                   const std::string& host) {
  return std::make_unique<postgres_writer>(url, host);
}

} // namespace volumeviz::bench
