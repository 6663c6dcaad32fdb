#include "tests/web/browser.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"

#include <httplib.h>

#include <fstream>
#include <stdexcept>

namespace volumeviz::web {

namespace json = boost::json;
using support::eventually;

namespace {

std::string no_browser_because() {
  if (support::find_program("chromium").empty() || support::find_program("chromedriver").empty())
    return "there is no chromium or chromedriver (Debian packages chromium, chromium-driver)";
  return {};
}

json::object key(const char* action, const std::string& value) {
  return {{"type", action}, {"value", value}};
}

json::object capabilities(const std::string& profile) {
  json::array arguments{"--headless=new",
                        "--no-sandbox", // root has no sandbox
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--lang=en-US",
                        "--window-size=1280,900",
                        "--user-data-dir=" + profile};
  json::object options{{"binary", support::find_program("chromium")}, {"args", arguments}};
  json::object wanted{{"browserName", "chrome"},
                      {"goog:loggingPrefs", {{"browser", "ALL"}}},
                      {"goog:chromeOptions", options}};
  return {{"capabilities", {{"alwaysMatch", wanted}}}};
}

std::string decoded(const std::string& base64) {
  static const std::string digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  unsigned bits = 0, count = 0;
  for (const char c : base64) {
    const auto digit = digits.find(c);
    if (digit == std::string::npos)
      break;
    bits = (bits << 6 | static_cast<unsigned>(digit)) & 0xFFFFFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      result += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return result;
}

} // namespace

bool browser_can_run() {
  return support::server_can_run(no_browser_because());
}

browser& shared_browser() {
  static browser only;
  return only;
}

browser::browser() {
  const auto port = support::free_port();
  auto environment = support::minimal_environment();
  for (const auto* name : {"HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
    environment[name] = folder_.path().string(); // so that nothing is left behind elsewhere
  driver_.emplace(support::command{.arguments = {"chromedriver", "--port=" + std::to_string(port)},
                                   .environment = environment,
                                   .output = folder_ / "log",
                                   .errors = folder_ / "log",
                                   .on_parent_death = SIGTERM});
  client_ = std::make_unique<httplib::Client>("127.0.0.1", port);
  client_->set_read_timeout(60);
  client_->set_keep_alive(true);
  if (!eventually([&] { return client_->Get("/status") != nullptr; }))
    throw std::runtime_error{"chromedriver does not answer: "
                             + support::file_text(folder_ / "log")};
  const auto session = call("POST", "/session", capabilities(folder_ / "profile"));
  session_ = "/session/" + std::string{session.at("sessionId").as_string()};
  devtools("Network.enable");
}

browser::~browser() {
  client_->Delete(session_); // ends the browser with all its processes
  driver_->signal(SIGTERM);
  driver_->wait(std::chrono::seconds{5});
}

json::value browser::call(const std::string& method, const std::string& path,
                          const json::value& body) {
  const auto target = session_ + path;
  const auto answer = method == "GET"
                          ? client_->Get(target)
                          : client_->Post(target, json::serialize(body), "application/json");
  if (!answer)
    throw std::runtime_error{"chromedriver does not answer " + path};
  const auto value = json::parse(answer->body).at("value");
  if (answer->status != 200)
    throw std::runtime_error{path + ": " + std::string{value.at("message").as_string()}};
  return value;
}

void browser::open(const std::string& address) {
  call("POST", "/url", json::object{{"url", address}});
}

json::value browser::run(const std::string& expression, json::array arguments) {
  return call("POST", "/execute/sync",
              json::object{{"script", "return " + expression}, {"args", std::move(arguments)}});
}

std::string browser::text(const std::string& expression, json::array arguments) {
  const auto value = run(expression, std::move(arguments));
  return value.is_string() ? std::string{value.as_string()} : json::serialize(value);
}

double browser::number(const std::string& expression) {
  return run(expression).to_number<double>();
}

bool browser::holds(const std::string& expression, json::array arguments) {
  const auto value = run("Boolean(" + expression + ")", std::move(arguments));
  return value.as_bool();
}

bool browser::becomes(const std::string& expression, std::chrono::milliseconds bound) {
  return eventually([&] { return holds(expression); }, bound);
}

void browser::press(const std::vector<std::string>& keys) {
  json::array actions;
  for (const auto& each : keys) {
    actions.push_back(key("keyDown", each));
    actions.push_back(key("keyUp", each));
  }
  json::object source{{"type", "key"}, {"id", "keyboard"}, {"actions", actions}};
  call("POST", "/actions", json::object{{"actions", json::array{source}}});
}

void browser::type(const std::string& text) {
  std::vector<std::string> keys;
  for (const char c : text)
    keys.emplace_back(1, c);
  press(keys);
}

void browser::hold_and_press(const std::string& held, const std::string& pressed) {
  json::array actions{key("keyDown", held), key("keyDown", pressed), key("keyUp", pressed),
                      key("keyUp", held)};
  json::object source{{"type", "key"}, {"id", "keyboard"}, {"actions", actions}};
  call("POST", "/actions", json::object{{"actions", json::array{source}}});
}

void browser::click(const std::string& selector) {
  const auto found =
      call("POST", "/element", json::object{{"using", "css selector"}, {"value", selector}});
  const std::string id{found.as_object().begin()->value().as_string()};
  call("POST", "/element/" + id + "/click");
}

void browser::wheel(int x, int y, int turn) {
  json::object scroll{{"type", "scroll"}, {"x", x},         {"y", y},
                      {"deltaX", 0},      {"deltaY", turn}, {"duration", 0}};
  json::object source{{"type", "wheel"}, {"id", "wheel"}, {"actions", json::array{scroll}}};
  call("POST", "/actions", json::object{{"actions", json::array{source}}});
}

void browser::resize(int width, int height) {
  devtools("Emulation.setDeviceMetricsOverride",
           {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
}

void browser::emulate(const std::string& feature, const std::string& value) {
  json::object one{{"name", feature}, {"value", value}};
  devtools("Emulation.setEmulatedMedia", {{"features", json::array{one}}});
}

void browser::screenshot(const std::string& file) {
  const auto picture = call("GET", "/screenshot");
  std::ofstream{file, std::ios::binary} << decoded(std::string{picture.as_string()});
}

json::value browser::devtools(const std::string& command, json::object parameters) {
  return call("POST", "/goog/cdp/execute",
              json::object{{"cmd", command}, {"params", std::move(parameters)}});
}

std::string browser::console() {
  std::string result;
  const auto lines = call("POST", "/se/log", json::object{{"type", "browser"}});
  for (const auto& line : lines.as_array()) {
    const std::string level{line.at("level").as_string()};
    const std::string source{line.at("source").as_string()};
    if ((level == "SEVERE" || level == "WARNING") && source != "network")
      result += std::string{line.at("message").as_string()} + "\n";
  }
  return result;
}

} // namespace volumeviz::web
