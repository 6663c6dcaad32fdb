#pragma once

#include "config/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace volumeviz::config {

/// One setting, all that is to be known about it: reading, complaints, --help and the documents'
/// test come from here.
struct setting {
  /// Nothing when the value is allowed and has been stored; else why not, possibly empty where
  /// `allowed` says it all.
  using reader = std::optional<std::string> (*)(std::string_view value, settings& into);
  enum class shown { plain, as_url, never };

  std::string_view name;
  std::string_view default_text; ///< as documented; "none" where there is none
  std::string_view allowed;      ///< completes "allowed is …"
  std::string_view meaning;
  reader read;
  shown how_shown = shown::plain; ///< how much of its value may appear in a complaint
};

/// All settings, in the order of the documentation.
std::span<const setting> setting_table();

} // namespace volumeviz::config
