#pragma once

#include "identity/credentials.hpp"
#include "tests/support/authority.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace volumeviz::identity::testing {

using member = std::shared_ptr<const credentials>;

/// All complaints: one line each, with the kind of file first.
inline std::string text_of(const std::vector<file_complaint>& complaints) {
  static constexpr const char* kinds[]{"certificate: ", "key: ", "ca: "};
  std::string text;
  for (const auto& each : complaints)
    text += kinds[static_cast<int>(each.which)] + each.text + '\n';
  return text;
}

inline key_files files_of(const support::issued_files& made, const std::string& ca) {
  return {.certificate = made.certificate, .key = made.key, .ca = ca};
}

/// The complaints; empty when the files were loaded.
inline std::string refusal(const key_files& from, side own = side::agent) {
  const auto loaded = credentials::load(from, own);
  return loaded ? std::string{} : text_of(loaded.error());
}

inline member load(const key_files& from, side own) {
  auto loaded = credentials::load(from, own);
  REQUIRE_MESSAGE(loaded, (loaded ? std::string{} : text_of(loaded.error())));
  return *loaded;
}

inline member make(const support::authority& by, const support::certificate_wish& wish, side own) {
  return load(files_of(by.issue(wish), by.ca()), own);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace volumeviz::identity::testing
