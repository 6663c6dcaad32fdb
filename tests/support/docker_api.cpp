#include "tests/support/docker_api.hpp"

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <httplib.h>

#include <cstdlib>
#include <sys/socket.h>

namespace volumeviz::support {

namespace json = boost::json;

namespace {

std::string escaped(const std::string& text) {
  return httplib::detail::encode_query_param(text);
}

json::object to_json(const labels& map) {
  json::object result;
  for (const auto& [key, value] : map)
    result[key] = value;
  return result;
}

json::object to_json(const docker_mount& x) {
  json::object result{{"Type", "volume"}, {"Target", x.path}, {"ReadOnly", x.read_only}};
  if (!x.volume.empty())
    result["Source"] = x.volume;
  return result;
}

json::object to_json(const container_wish& wish) {
  json::array mounts;
  for (const auto& x : wish.mounts)
    mounts.push_back(to_json(x));
  json::object host{{"NetworkMode", "none"}, {"Mounts", mounts}, {"AutoRemove", wish.auto_remove}};
  host["Binds"] = json::array(wish.binds.begin(), wish.binds.end());
  if (!wish.restart_policy.empty())
    host["RestartPolicy"] = {{"Name", wish.restart_policy}};
  if (wish.memory_bytes > 0)
    host["Memory"] = wish.memory_bytes;
  // With a network, even with none, dockerd starts itself anew for each start of a container: a
  // fifth of the processor's time in a run of all tests.
  json::object result{{"Image", "busybox:test"},
                      {"NetworkDisabled", true},
                      {"StopTimeout", 1},
                      {"Labels", to_json(wish.labels)}};
  result["Cmd"] = json::array(wish.command.begin(), wish.command.end());
  result["HostConfig"] = host;
  return result;
}

} // namespace

std::vector<std::string> polite_command() {
  return {"/bin/busybox", "sh", "-c",
          "trap 'exit 0' TERM; while :; do /bin/busybox sleep 100000 & wait; done"};
}

docker_api::docker_api(std::string socket, std::chrono::milliseconds patience)
    : client_{std::make_unique<httplib::Client>(std::move(socket), 80)} {
  ignore_broken_pipes();
  client_->set_address_family(AF_UNIX);
  client_->set_default_headers({{"Host", "docker"}});
  client_->set_keep_alive(true);
  client_->set_read_timeout(patience);
  client_->set_connection_timeout(5);
}

docker_api::~docker_api() = default;
docker_api::docker_api(docker_api&&) noexcept = default;

docker_api::answer docker_api::call(const std::string& method, const std::string& path,
                                    const std::string& body, const std::string& type) {
  httplib::Request request;
  request.method = method;
  request.path = path;
  if (method != "GET") {
    request.body = body;
    if (!body.empty())
      request.set_header("Content-Type", type);
  }
  auto result = client_->send(request);
  if (!result)
    throw docker_error{0, method + " " + path + ": " + httplib::to_string(result.error())};
  return {result->status, result->body};
}

json::value docker_api::expect(const std::string& method, const std::string& path,
                               const std::string& body) {
  auto got = call(method, path, body);
  if (got.status < 200 || got.status >= 400) // 304: already so
    throw docker_error{got.status,
                       method + " " + path + ": " + std::to_string(got.status) + " " + got.body};
  json::error_code not_json;
  auto value = json::parse(got.body, not_json);
  return not_json ? json::value{} : value;
}

bool docker_api::ping() {
  try {
    return call("GET", "/_ping").status == 200;
  } catch (const docker_error&) {
    return false;
  }
}

json::value docker_api::info() {
  return expect("GET", "/info");
}

void docker_api::import_busybox() {
  scratch_folder folder;
  std::filesystem::create_directories(folder.path() / "root/bin");
  std::filesystem::create_directories(folder.path() / "root/tmp");
  std::filesystem::copy_file(find_program("busybox"), folder / "root/bin/busybox");
  process tar{
      {.arguments = {"busybox", "tar", "-c", "-f", folder / "root.tar", "-C", folder / "root", "."},
       .environment = minimal_environment()}};
  if (tar.wait(std::chrono::seconds{20}) != 0)
    throw docker_error{0, "tar could not pack the busybox image"};
  auto got = call("POST", "/images/create?fromSrc=-&repo=busybox&tag=test",
                  file_text(folder / "root.tar"), "application/x-tar");
  if (got.status != 200)
    throw docker_error{got.status, "import of the busybox image: " + got.body};
}

void docker_api::create_volume(const std::string& name, const labels& with, const labels& options,
                               const std::string& driver) {
  json::object body{{"Name", name},
                    {"Driver", driver},
                    {"Labels", to_json(with)},
                    {"DriverOpts", to_json(options)}};
  expect("POST", "/volumes/create", json::serialize(body));
}

void docker_api::remove_volume(const std::string& name) {
  expect("DELETE", "/volumes/" + escaped(name));
}

void docker_api::prune(const std::string& kind) {
  // From API 1.42 on, only anonymous volumes are pruned without the filter `all`. Earlier daemons
  // do not know it.
  if (kind == "volumes"
      && call("POST", "/volumes/prune?filters=%7B%22all%22%3A%5B%22true%22%5D%7D").status == 200)
    return;
  expect("POST", "/" + kind + "/prune");
}

std::string docker_api::create_container(const container_wish& wish) {
  const auto query = wish.name.empty() ? std::string{} : "?name=" + escaped(wish.name);
  auto made = expect("POST", "/containers/create" + query, json::serialize(to_json(wish)));
  return std::string{made.at("Id").as_string()};
}

std::string docker_api::run(const container_wish& wish) {
  auto id = create_container(wish);
  start(id);
  return id;
}

void docker_api::start(const std::string& id) {
  expect("POST", "/containers/" + id + "/start");
}

void docker_api::stop(const std::string& id) {
  expect("POST", "/containers/" + id + "/stop");
}

void docker_api::kill(const std::string& id, const std::string& signal) {
  expect("POST", "/containers/" + id + "/kill?signal=" + signal);
}

void docker_api::restart(const std::string& id) {
  expect("POST", "/containers/" + id + "/restart");
}

void docker_api::pause(const std::string& id) {
  expect("POST", "/containers/" + id + "/pause");
}

void docker_api::unpause(const std::string& id) {
  expect("POST", "/containers/" + id + "/unpause");
}

void docker_api::rename(const std::string& id, const std::string& name) {
  expect("POST", "/containers/" + id + "/rename?name=" + escaped(name));
}

void docker_api::update_restart_policy(const std::string& id, const std::string& policy) {
  expect("POST", "/containers/" + id + "/update",
         json::serialize(json::value{{"RestartPolicy", {{"Name", policy}}}}));
}

void docker_api::remove(const std::string& id, bool with_anonymous_volumes) {
  expect("DELETE", "/containers/" + id + "?force=1" + (with_anonymous_volumes ? "&v=1" : ""));
}

void docker_api::execute(const std::string& id, const std::vector<std::string>& command) {
  json::object body{{"Cmd", json::array(command.begin(), command.end())}, {"AttachStdout", true}};
  auto made = expect("POST", "/containers/" + id + "/exec", json::serialize(body));
  expect("POST", "/exec/" + std::string{made.at("Id").as_string()} + "/start",
         R"({"Detach":false,"Tty":false})");
}

int docker_api::wait_for_exit(const std::string& id) {
  return static_cast<int>(
      expect("POST", "/containers/" + id + "/wait").at("StatusCode").to_number<std::int64_t>());
}

json::array docker_api::volumes() {
  auto found = expect("GET", "/volumes").at("Volumes");
  return found.is_array() ? found.as_array() : json::array{};
}

json::array docker_api::containers() {
  return expect("GET", "/containers/json?all=1").as_array();
}

json::value docker_api::inspect_volume(const std::string& name) {
  return expect("GET", "/volumes/" + escaped(name));
}

json::value docker_api::inspect_container(const std::string& id) {
  return expect("GET", "/containers/" + id + "/json");
}

} // namespace volumeviz::support
