#pragma once

#include <memory>
#include <string>

namespace volumeviz::support {

/// A legacy volume plugin on the socket `FOLDER/NAME.sock`. Its volumes survive stop() and start(),
/// as those of a real plugin do.
class volume_plugin {
public:
  volume_plugin(const std::string& folder, const std::string& name); ///< started
  ~volume_plugin();

  /// Adds a volume; any name is allowed.
  void hold(const std::string& volume);

  void start();
  void stop(); ///< its socket is gone

private:
  struct server;
  std::unique_ptr<server> server_;
};

} // namespace volumeviz::support
