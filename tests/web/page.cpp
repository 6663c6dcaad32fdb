#include "tests/web/page.hpp"

#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/http_probe.hpp"

#include <filesystem>
#include <stdexcept>

namespace volumeviz::web {

page::page(const std::string& docker_host)
    : docker_host_{docker_host}, port_{support::free_port()} {
}

void page::start_node(const support::variables& more) {
  end_node();
  support::variables all{{"EVENTS_ENABLED", "true"},
                         {"EVENTS_BACKOFF_MIN_DURATION", "100ms"},
                         {"DOCKER_HOST", docker_host_},
                         {"DATABASE_URL", "sqlite://" + (folder_ / "inventory.db")},
                         {"HTTP_LISTEN", "127.0.0.1:" + std::to_string(port_)},
                         {"NODE_NAME", "host-1"},
                         {"LOG_LEVEL", "info"}};
  for (const auto& [name, value] : more)
    all[name] = value;
  node_.emplace(integration::program_path(), all);
  const support::http_probe http{port_, all["HTTP_AUTH_TOKEN"]};
  if (!support::eventually([&] { return http.get("/api/v1/health/ready").status == 200; }))
    throw std::runtime_error{"the node did not become ready:\n" + node_->log()};
}

void page::load(const std::string& view) {
  web.open("about:blank");
  web.open(address() + "#/" + view);
}

void page::go(const std::string& view) {
  web.run("location.hash = arguments[0]", {"#/" + view});
}

bool page::has_opened(const std::string& heading) {
  return web.becomes("document.querySelector('h1')?.textContent.startsWith('" + heading
                     + "') && !document.querySelector('#view').textContent.includes('Loading …')");
}

void page::save(const std::string& name) {
  const std::filesystem::path folder = VOLUMEVIZ_SCREENSHOTS;
  std::filesystem::create_directories(folder);
  web.screenshot(folder / (name + ".png"));
}

std::vector<std::string> hostile_names() {
  return {"<img src=x onerror=\"document.title='broken'\">",
          "<script>document.title='broken'</script>",
          "'\"><b>bold</b>&amp;",
          "\u202egnp.elif\u2066 right to left",
          "שלום עולם",
          "🐳🚢 whale",
          "a/b/../c",
          "100%41",
          "# heading?at=1&x=2",
          std::string(1'000, 'n')};
}

void tell_story(support::fake_daemon& docker) {
  const auto project = [](const std::string& name, const std::string& service) {
    return support::text_map{{"com.docker.compose.project", name},
                             {"com.docker.compose.service", service}};
  };
  for (const auto* name : {"shop", "blog", "metrics"}) {
    const std::string own = name;
    docker.create_volume(own + "_data", project(own, "db"));
    docker.run({.name = own + "-db-1",
                .mounts = {{own + "_data", "/data"}},
                .image = "postgres:16",
                .labels = project(own, "db")});
    docker.run({.name = own + "-web-1",
                .mounts = {{own + "_data", "/data", false}, {"uploads", "/uploads"}},
                .image = "nginx:1",
                .labels = project(own, "web")});
  }
  const auto stopped = docker.run({.name = "shop-backup-1",
                                   .mounts = {{"shop_data", "/from", false}, {"backups", "/to"}},
                                   .labels = project("shop", "backup")});
  docker.stop(stopped);
  docker.create_volume("forgotten");
  docker.create_volume("old-cache", {{"keep", "no"}});
}

std::vector<std::pair<std::string, std::string>> views_of_story() {
  return {{"overview", "Overview"},
          {"map", "Map"},
          {"volumes", "Volumes"},
          {"containers", "Containers"},
          {"volumes/host-1/shop_data", "Volume shop_data"},
          {"changes", "Changes"},
          {"hosts", "Hosts"},
          {"system", "System"}};
}

std::string picture_of(const std::string& view) {
  return view.find('/') == std::string::npos ? view : "volume";
}

story::story() {
  tell_story(docker);
  shown.start_node();
}

story& shared_story() {
  static story only;
  return only;
}

} // namespace volumeviz::web
