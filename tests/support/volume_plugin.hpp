#pragma once

#include <memory>
#include <string>

namespace volumeviz::support {

/// A volume plugin of the old kind, with its socket `FOLDER/NAME.sock`. What it holds outlives
/// stop() and start(), as with a real one.
class volume_plugin {
public:
  volume_plugin(const std::string& folder, const std::string& name); ///< started
  ~volume_plugin();

  /// From now on it has this volume, whatever the name.
  void hold(const std::string& volume);

  void start();
  void stop(); ///< its socket is gone

private:
  struct server;
  std::unique_ptr<server> server_;
};

} // namespace volumeviz::support
