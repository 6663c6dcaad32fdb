#include "tests/support/volume_plugin.hpp"

#include "tests/support/eventually.hpp"

#include <boost/json.hpp>
#include <httplib.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace volumeviz::support {

namespace json = boost::json;

struct volume_plugin::server {
  using question = std::function<json::object(const std::string& name)>;

  server(std::string folder_, const std::string& name)
      : folder(std::move(folder_)), socket(folder + "/" + name + ".sock") {}

  void start() {
    listener = std::make_unique<httplib::Server>();
    listener->set_address_family(AF_UNIX);
    const auto nothing = [](const std::string&) { return json::object{{"Err", ""}}; };
    answer("/Plugin.Activate", [](const auto&) {
      return json::object{{"Implements", json::array{"VolumeDriver"}}};
    });
    answer("/VolumeDriver.Capabilities", [](const auto&) {
      return json::object{{"Capabilities", json::object{{"Scope", "local"}}}};
    });
    answer("/VolumeDriver.Create", [this](const std::string& x) {
      volumes.insert(x);
      std::filesystem::create_directories(place_of(x));
      return json::object{{"Err", ""}};
    });
    answer("/VolumeDriver.Remove", [this](const std::string& x) {
      volumes.erase(x);
      return json::object{{"Err", ""}};
    });
    answer("/VolumeDriver.List", [this](const auto&) {
      json::array all;
      for (const auto& x : volumes)
        all.push_back(shown(x));
      return json::object{{"Volumes", all}, {"Err", ""}};
    });
    answer("/VolumeDriver.Get", [this](const std::string& x) {
      return volumes.contains(x) ? json::object{{"Volume", shown(x)}, {"Err", ""}}
                                 : json::object{{"Err", "no such volume"}};
    });
    for (const auto* path : {"/VolumeDriver.Path", "/VolumeDriver.Mount"})
      answer(path, [this](const std::string& x) {
        return json::object{{"Mountpoint", place_of(x)}, {"Err", ""}};
      });
    answer("/VolumeDriver.Unmount", nothing);
    if (!listener->bind_to_port(socket, 80))
      throw std::runtime_error{"the volume plugin can't listen at " + socket};
    thread = std::jthread{[this] { listener->listen_after_bind(); }};
    if (!eventually([this] { return listener->is_running(); }, std::chrono::seconds{10}))
      throw std::runtime_error{"the volume plugin does not run"};
  }

  void stop() {
    if (!listener)
      return;
    listener->stop();
    thread.join();
    listener.reset();
    std::filesystem::remove(socket);
  }

  void answer(const char* path, question what) {
    listener->Post(path, [this, what = std::move(what)](const auto& request, auto& response) {
      boost::system::error_code malformed;
      const auto asked = json::parse(request.body, malformed);
      std::string name;
      if (const auto* object = asked.if_object())
        if (const auto* x = object->if_contains("Name"); x != nullptr && x->is_string())
          name = x->get_string().c_str();
      const std::scoped_lock lock{mutex};
      response.set_content(json::serialize(what(name)), "application/vnd.docker.plugins.v1.1+json");
    });
  }

  std::string place_of(const std::string& volume) const { return folder + "/of-" + volume; }
  json::object shown(const std::string& volume) const {
    return {{"Name", volume}, {"Mountpoint", place_of(volume)}};
  }

  std::string folder;
  std::string socket;
  std::mutex mutex; ///< of the volumes
  std::set<std::string> volumes;
  std::unique_ptr<httplib::Server> listener;
  std::jthread thread;
};

volume_plugin::volume_plugin(const std::string& folder, const std::string& name)
    : server_(std::make_unique<server>(folder, name)) {
  start();
}

volume_plugin::~volume_plugin() {
  stop();
}

void volume_plugin::hold(const std::string& volume) {
  const std::scoped_lock lock{server_->mutex};
  server_->volumes.insert(volume);
}

void volume_plugin::start() {
  server_->start();
}

void volume_plugin::stop() {
  server_->stop();
}

} // namespace volumeviz::support
