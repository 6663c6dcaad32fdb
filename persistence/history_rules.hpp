#pragma once

#include "messages/resources.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::persistence {

/// HISTORY_EXCLUDE: which resources stay out of the history. Their rows are written as always.
class history_rules {
public:
  /// Rules that are separated by commas: `container.name=GLOB`, `container.image=GLOB`,
  /// `container.label=KEY[=GLOB]`, `volume.name=GLOB`, `volume.label=KEY[=GLOB]`. `*` in a GLOB
  /// stands for any text, `?` for one character. An error says which rule is wrong.
  static tl::expected<history_rules, std::string> parse(std::string_view text);

  bool exclude(const container& x) const;
  bool exclude(const volume& x) const;
  /// Whether the name alone is enough.
  bool exclude_volume(const std::string& name) const;
  /// Whether there is a rule for volumes.
  bool about_volumes() const noexcept { return about_volumes_; }

private:
  enum class subject : std::uint8_t {
    container_name,
    container_image,
    container_label,
    volume_name,
    volume_label
  };
  struct rule {
    subject of;
    std::string label; ///< its key
    std::string glob;
  };

  static tl::expected<rule, std::string> parse_rule(std::string_view text);
  bool matches(subject of, const std::string& value) const;
  bool matches_label(subject of, const key_values& labels) const;

  std::vector<rule> rules_;
  bool about_volumes_ = false;
};

/// What is wrong with the text of HISTORY_EXCLUDE; nothing when it can be used.
std::optional<std::string> rules_complaint(const std::string& text);

} // namespace volumeviz::persistence
