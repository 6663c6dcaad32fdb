#pragma once

#include "identity/openssl.hpp"
#include "identity/text.hpp"

#include <string>
#include <vector>

namespace volumeviz::identity {

/// Whom a certificate is for.
struct certificate_names {
  std::vector<std::string> dns;       ///< of the subjectAltName, as they are written there
  std::vector<std::string> addresses; ///< the same, as inet_ntop() writes them
  std::string common; ///< the subject's one common name; empty where there is a subjectAltName

  std::vector<std::string> all() const;

  /// An IP literal is compared with the addresses, anything else with the DNS names, without case
  /// and without wildcards. The common name counts for both.
  bool have(const std::string& name) const;
};

certificate_names names_of(const X509& certificate);

/// The names for a sentence: "a", "b" and 3 more. They come from the network: what is not printable
/// ASCII is a question mark.
std::string shown(const certificate_names& names);

} // namespace volumeviz::identity
