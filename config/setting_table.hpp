#pragma once

#include "config/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace volumeviz::config {

/// A setting. Its parser, its complaints, --help and the test of the documents come from here.
struct setting {
  /// Stores the value. Nothing when it is allowed; otherwise why not, which may be empty where
  /// `allowed` is enough.
  using reader = std::optional<std::string> (*)(std::string_view value, settings& into);
  enum class shown { plain, as_url, never };

  std::string_view name;
  std::string_view default_text; ///< as documented; "none" without a default
  std::string_view allowed;      ///< completes "allowed is …"
  std::string_view meaning;
  reader read;
  shown how_shown = shown::plain; ///< how complaints show its value
};

/// All settings, in the order of the documentation.
std::span<const setting> setting_table();

} // namespace volumeviz::config
