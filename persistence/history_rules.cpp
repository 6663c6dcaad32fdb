#include "persistence/history_rules.hpp"

#include "text/secrets.hpp"

#include <algorithm>
#include <array>
#include <fnmatch.h>
#include <utility>

namespace volumeviz::persistence {

namespace {

/// A backslash has no meaning. `/` is a character like others: images have it.
bool fits(const std::string& glob, const std::string& value) {
  return ::fnmatch(glob.c_str(), value.c_str(), FNM_NOESCAPE) == 0;
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

tl::expected<history_rules, std::string> history_rules::parse(std::string_view text) {
  history_rules result;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = without_blanks(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    if (part.empty())
      continue;
    auto parsed = parse_rule(part);
    if (!parsed)
      return tl::unexpected{std::move(parsed.error())};
    result.about_volumes_ |=
        parsed->of == subject::volume_name || parsed->of == subject::volume_label;
    result.rules_.push_back(std::move(*parsed));
  }
  return result;
}

tl::expected<history_rules::rule, std::string> history_rules::parse_rule(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, subject>, 5> subjects{
      {{"container.name", subject::container_name},
       {"container.image", subject::container_image},
       {"container.label", subject::container_label},
       {"volume.name", subject::volume_name},
       {"volume.label", subject::volume_label}}};
  const auto equals = text.find('=');
  const auto name = without_blanks(text.substr(0, equals));
  const auto* const known =
      std::ranges::find(subjects, name, &decltype(subjects)::value_type::first);
  const auto rule_text = text::in_quotes(text);
  if (known == subjects.end())
    return tl::unexpected{"there is no rule " + rule_text};
  auto rest = equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
  rest = without_blanks(rest);
  if (rest.empty())
    return tl::unexpected{"the rule " + rule_text + " has nothing after the '='"};
  if (known->second != subject::container_label && known->second != subject::volume_label)
    return rule{known->second, {}, std::string{rest}};
  const auto second = rest.find('=');
  if (second == 0)
    return tl::unexpected{"the rule " + rule_text + " has no key of a label"};
  return rule{known->second, std::string{rest.substr(0, second)},
              second == std::string_view::npos ? "*" : std::string{rest.substr(second + 1)}};
}

bool history_rules::exclude(const container& x) const {
  return matches(subject::container_name, x.name) || matches(subject::container_image, x.image)
         || matches_label(subject::container_label, x.labels);
}

bool history_rules::exclude(const volume& x) const {
  return exclude_volume(x.name) || matches_label(subject::volume_label, x.labels);
}

bool history_rules::exclude_volume(const std::string& name) const {
  return matches(subject::volume_name, name);
}

bool history_rules::matches(subject of, const std::string& value) const {
  return std::ranges::any_of(rules_,
                             [&](const rule& x) { return x.of == of && fits(x.glob, value); });
}

bool history_rules::matches_label(subject of, const key_values& labels) const {
  return std::ranges::any_of(rules_, [&](const rule& x) {
    if (x.of != of)
      return false;
    const auto label = labels.find(x.label);
    return label != labels.end() && fits(x.glob, label->second);
  });
}

std::optional<std::string> rules_complaint(const std::string& text) {
  auto parsed = history_rules::parse(text);
  return parsed ? std::nullopt : std::optional{std::move(parsed.error())};
}

} // namespace volumeviz::persistence
