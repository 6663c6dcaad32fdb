// What the thread of a connection does. fake_events.cpp answers /events.
#include "tests/support/fake_state.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace volumeviz::support {

namespace {

using unique_lock = std::unique_lock<std::mutex>;

bool below(const std::string& a, const std::string& b) {
  const auto parts = [](const std::string& x) {
    const auto dot = x.find('.');
    return std::pair{std::stoi(x.substr(0, dot)), std::stoi(x.substr(dot + 1))};
  };
  return parts(a) < parts(b);
}

} // namespace

std::string http_chunk(std::string_view bytes) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + std::string{bytes} + "\r\n";
}

bool path_fits(const std::string& pattern, const std::string& path) {
  return pattern.ends_with('*') ? path.starts_with(pattern.substr(0, pattern.size() - 1))
                                : pattern == path;
}

fake_daemon::implementation::implementation(fake_dialect spoken, on place)
    : where{place}, dialect{std::move(spoken)} {
}

fake_daemon::implementation::~implementation() = default;

void fake_daemon::implementation::listen() {
  const auto path = where == on::unix_socket ? folder / "docker.sock" : std::string{};
  const unique_lock guard{mutex};
  leaving = false;
  if (!path.empty())
    std::filesystem::remove(path);
  listener = std::make_unique<fake_listener>(path, port, [this](fake_peer& peer) { serve(peer); });
  port = listener->port();
}

void fake_daemon::implementation::leave(bool leave_socket) {
  std::unique_ptr<fake_listener> old;
  {
    const unique_lock guard{mutex};
    leaving = true;
    old = std::move(listener);
    if (old)
      accepted_before += old->accepted();
    if (!leave_socket && where == on::unix_socket)
      std::filesystem::remove(folder / "docker.sock");
    changed.notify_all();
  }
  old.reset(); // joins the connections' threads, which need the mutex
}

void fake_daemon::implementation::serve(fake_peer& peer) {
  for (;;) {
    peer.idle = true;
    const auto request = peer.read_request();
    if (!request)
      return;
    peer.idle = false;
    reply answer;
    fake_answer script;
    {
      unique_lock guard{mutex};
      seen.push_back(*request);
      changed.wait(guard, [&] { return leaving || !waits(*request); });
      if (leaving)
        return;
      const auto refused = refuse_version(*request);
      const auto scripted = take_script(request->path);
      script = scripted.value_or(fake_answer{});
      if (script.ends == fake_answer::cut::at_once)
        return;
      const bool replaced = scripted && (script.status != 200 || !script.body.empty());
      if (replaced)
        answer = {script.status, script.body};
      else if (refused)
        answer = *refused;
      else if (request->path != "/events")
        answer = true_answer(*request);
      if (!replaced && !refused && request->path == "/events") {
        guard.unlock();
        if (!stream_events(peer, *request, script.headers))
          return;
        continue;
      }
    }
    // Before the answer is sent: a client that has it may rely on the connection being idle.
    peer.idle = script.drip.count() == 0;
    if (!send(peer, std::move(answer), script) || script.close)
      return;
  }
}

bool fake_daemon::implementation::waits(const fake_request& request) const {
  return hung
         || std::ranges::any_of(held, [&](const auto& x) { return path_fits(x, request.path); });
}

std::optional<fake_answer> fake_daemon::implementation::take_script(const std::string& path) {
  const auto found =
      std::ranges::find_if(scripts, [&](const auto& x) { return path_fits(x.path, path); });
  if (found == scripts.end())
    return std::nullopt;
  auto out = found->answer;
  if (--found->times == 0)
    scripts.erase(found);
  return out;
}

std::optional<fake_daemon::implementation::reply>
fake_daemon::implementation::refuse_version(const fake_request& request) const {
  if (request.version.empty())
    return std::nullopt;
  if (below(dialect.api_version, request.version))
    return reply{400, message_json("client version " + request.version
                                   + " is too new. Maximum supported API version is "
                                   + dialect.api_version)};
  if (below(request.version, dialect.min_api_version))
    return reply{400, message_json("client version " + request.version
                                   + " is too old. Minimum supported API version is "
                                   + dialect.min_api_version
                                   + ", please upgrade your client to a newer version")};
  return std::nullopt;
}

void fake_daemon::implementation::forget_lists() {
  volumes_list.clear();
  containers_list.clear();
}

fake_daemon::implementation::reply
fake_daemon::implementation::true_answer(const fake_request& request) {
  const auto& shown = frozen ? *frozen : world;
  const auto& path = request.path;
  if (path == "/_ping")
    return {200, "OK"};
  if (path == "/version")
    return {200, R"({"Version":")" + dialect.engine_version + R"(","ApiVersion":")"
                     + dialect.api_version + "\"}"};
  if (path == "/info") {
    // Podman's ID is different in each call.
    const auto id = dialect.podman ? "podman-" + std::to_string(++made_ids) : engine_id;
    return {200, info_json(dialect, id, now())};
  }
  if (path == "/volumes") {
    if (volumes_list.empty())
      volumes_list = volumes_json(shown, warnings);
    return {200, volumes_list};
  }
  if (path == "/containers/json") {
    if (containers_list.empty())
      containers_list = containers_json(shown);
    return {200, containers_list};
  }
  if (path.starts_with("/volumes/")) {
    const auto name = path.substr(9);
    const auto found = shown.volumes.find(name);
    return found == shown.volumes.end()
               ? reply{404, message_json("get " + name + ": no such volume")}
               : reply{200, volume_json(found->second)};
  }
  if (path.starts_with("/containers/") && path.ends_with("/json")) {
    const auto id = path.substr(12, path.size() - 17);
    const auto found = shown.containers.find(id);
    return found == shown.containers.end() ? reply{404, message_json("No such container: " + id)}
                                           : reply{200, container_json(found->second)};
  }
  return {404, message_json("page not found")};
}

std::string fake_daemon::implementation::head(int status, const std::string& more) const {
  const unique_lock guard{mutex};
  const auto product = dialect.podman ? "Libpod/" : "Docker/";
  return "HTTP/1.1 " + std::to_string(status) + " Whatever\r\nApi-Version: " + dialect.api_version
         + "\r\nContent-Type: application/json\r\nServer: " + product + dialect.engine_version
         + " (linux)\r\n"
         + (dialect.podman ? "Libpod-Api-Version: " + dialect.engine_version + "\r\n" : "") + more;
}

bool fake_daemon::implementation::send(fake_peer& peer, reply answer, const fake_answer& script) {
  using cut = fake_answer::cut;
  constexpr std::size_t chunked_above = 2048; // as Go does
  const auto more = script.headers + (script.close ? "Connection: close\r\n" : "");
  const bool chunked = script.ends == cut::chunk
                       || (script.ends != cut::length && answer.body.size() > chunked_above);
  const auto how = chunked ? std::string{"Transfer-Encoding: chunked\r\n"}
                           : "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  if (!peer.write(head(answer.status, more + how + "\r\n")))
    return false;
  auto bytes = chunked ? http_chunk(answer.body) + "0\r\n\r\n" : answer.body;
  if (script.ends == cut::length || script.ends == cut::chunk)
    bytes.resize(bytes.size() / 2);
  if (script.drip.count() == 0) {
    if (!peer.write(bytes))
      return false;
  } else {
    for (const char byte : bytes) {
      {
        unique_lock guard{mutex};
        if (changed.wait_for(guard, script.drip, [&] { return leaving; }))
          return false;
      }
      if (!peer.write({&byte, 1}))
        return false;
    }
  }
  return script.ends == cut::none;
}

} // namespace volumeviz::support
