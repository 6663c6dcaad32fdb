#pragma once

#include <boost/json.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace httplib {
class Client;
}

namespace volumeviz::support {

using labels = std::map<std::string, std::string>;

/// A call to the daemon failed.
struct docker_error : std::runtime_error {
  docker_error(int http_status, const std::string& text)
      : std::runtime_error{text}, status{http_status} {}
  int status; ///< 0: no answer
};

struct docker_mount {
  std::string volume{}; ///< empty: an anonymous one
  std::string path{};
  bool read_only = false;
};

/// What a test asks of a new container. Everything else is chosen for speed: no network, stopped
/// within a second.
struct container_wish {
  std::string name{};
  std::vector<std::string> command{"/bin/busybox", "sleep", "100000"};
  std::vector<docker_mount> mounts{};
  std::vector<std::string> binds{}; ///< as in `docker run -v`
  support::labels labels{};
  bool auto_remove = false;
  std::string restart_policy{}; ///< "", "always", "on-failure"
  std::int64_t memory_bytes = 0;
};

/// A command that exits at once on SIGTERM.
std::vector<std::string> polite_command();

/// Changes the resources of a Docker daemon, and reads them as the expected values of tests.
/// Blocking; one connection, kept alive; one thread at a time. Methods throw docker_error on any
/// failure.
class docker_api {
public:
  explicit docker_api(std::string socket,
                      std::chrono::milliseconds patience = std::chrono::seconds{60});
  ~docker_api();
  docker_api(docker_api&&) noexcept;

  bool ping();
  boost::json::value info();
  void import_busybox(); ///< as image `busybox:test`, from this machine's own /bin/busybox

  void create_volume(const std::string& name, const labels& with = {}, const labels& options = {},
                     const std::string& driver = "local");
  void remove_volume(const std::string& name);
  void prune(const std::string& kind); ///< "volumes" or "containers"

  std::string create_container(const container_wish& wish); ///< the id
  std::string run(const container_wish& wish);              ///< create and start; the id
  void start(const std::string& id);
  void stop(const std::string& id);
  void kill(const std::string& id, const std::string& signal = "KILL");
  void restart(const std::string& id);
  void pause(const std::string& id);
  void unpause(const std::string& id);
  void rename(const std::string& id, const std::string& name);
  void update_restart_policy(const std::string& id, const std::string& policy);
  void remove(const std::string& id, bool with_anonymous_volumes = false); ///< running or not
  void execute(const std::string& id,
               const std::vector<std::string>& command); ///< waits for its end
  int wait_for_exit(const std::string& id);              ///< the exit code

  boost::json::array volumes();
  boost::json::array containers(); ///< all, running or not
  boost::json::value inspect_volume(const std::string& name);
  boost::json::value inspect_container(const std::string& id);

  /// Any call; `path` is without the version. Returns any status; throws only without an answer.
  struct answer {
    int status = 0;
    std::string body;
  };
  answer call(const std::string& method, const std::string& path, const std::string& body = {},
              const std::string& type = "application/json");

private:
  boost::json::value expect(const std::string& method, const std::string& path,
                            const std::string& body = {});

  std::unique_ptr<httplib::Client> client_;
};

} // namespace volumeviz::support
