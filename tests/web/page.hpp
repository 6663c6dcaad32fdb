#pragma once

#include "tests/support/fake_daemon.hpp"
#include "tests/support/program.hpp"
#include "tests/web/browser.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::web {

/// The page of a running node in a browser. The node watches any Docker daemon, and has an SQLite
/// file.
class page {
public:
  explicit page(const std::string& docker_host);

  /// Starts the node anew, on the same port, with the same database. Returns when it is ready.
  void start_node(const support::variables& more = {});
  void end_node() { node_.reset(); }

  std::uint16_t port() const noexcept { return port_; }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  /// Opens a view, for example "volumes?q=a", in a page that is loaded anew.
  void load(const std::string& view);
  /// Goes to a view within the loaded page.
  void go(const std::string& view);
  /// Whether the heading of the view is there and the page has its rows.
  bool has_opened(const std::string& heading);
  /// Saves what the browser shows as build/screenshots/NAME.png.
  void save(const std::string& name);

  browser& web = shared_browser();

private:
  std::string docker_host_;
  std::uint16_t port_;
  support::scratch_folder folder_;
  std::optional<support::program> node_;
};

/// Names that users may give, or that plugins and other daemons allow: markup, quotes, directions,
/// emoji, and one of 1,000 characters.
std::vector<std::string> hostile_names();

/// Changes the daemon into one with three compose projects, a shared volume, and orphans.
void tell_story(support::fake_daemon& docker);

/// The views of the story's page with their headings.
std::vector<std::pair<std::string, std::string>> views_of_story();
/// "volume" for "volumes/host-1/shop_data".
std::string picture_of(const std::string& view);

/// A node that watches such a daemon, and its page.
struct story {
  story();
  support::fake_daemon docker;
  page shown{docker.host()};
};

/// One for all cases of a file.
story& shared_story();

} // namespace volumeviz::web
