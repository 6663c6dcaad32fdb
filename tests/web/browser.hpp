#pragma once

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace httplib {
class Client;
}

namespace volumeviz::web {

/// A Chromium without a window, driven by the WebDriver protocol through chromedriver. Its profile
/// is in a temporary folder. Methods throw std::runtime_error when the browser refuses.
class browser {
public:
  browser();
  ~browser();
  browser(const browser&) = delete;
  browser& operator=(const browser&) = delete;

  /// Loads an address. Only the fragment may differ from the present one: then nothing is loaded.
  void open(const std::string& address);
  /// The result of `return EXPRESSION`; `arguments[i]` are the values of `arguments`.
  boost::json::value run(const std::string& expression, boost::json::array arguments = {});
  std::string text(const std::string& expression, boost::json::array arguments = {});
  double number(const std::string& expression);
  bool holds(const std::string& expression, boost::json::array arguments = {});
  /// Whether the expression becomes true within `bound`.
  bool becomes(const std::string& expression,
               std::chrono::milliseconds bound = std::chrono::seconds{10});

  /// Presses and releases keys, one after the other; special ones are below.
  void press(const std::vector<std::string>& keys);
  void type(const std::string& text); ///< into the element that has the focus
  void hold_and_press(const std::string& held, const std::string& key);
  void click(const std::string& selector); ///< in its middle, with the mouse
  void wheel(int x, int y, int turn);

  void resize(int width, int height);
  void emulate(const std::string& feature,
               const std::string& value); ///< a media feature; an empty value: as the system has it
  void screenshot(const std::string& file);
  /// A command of the DevTools protocol.
  boost::json::value devtools(const std::string& command, boost::json::object parameters = {});
  /// Errors and warnings on the console since the last call, one a line, apart from those that the
  /// browser itself writes about requests without a successful answer.
  std::string console();

  static constexpr const char* tab = "\ue004";
  static constexpr const char* enter = "\ue007";
  static constexpr const char* shift = "\ue008";
  static constexpr const char* up = "\ue013";
  static constexpr const char* right = "\ue014";
  static constexpr const char* down = "\ue015";
  static constexpr const char* left = "\ue012";
  static constexpr const char* home = "\ue011";

private:
  boost::json::value call(const std::string& method, const std::string& path,
                          const boost::json::value& body = boost::json::object{});

  support::scratch_folder folder_;
  std::optional<support::process> driver_;
  std::unique_ptr<httplib::Client> client_;
  std::string session_; ///< its path
};

/// The browser of this process, which starts at the first use: a start takes seconds.
browser& shared_browser();

/// See support::server_can_run().
bool browser_can_run();

} // namespace volumeviz::web
