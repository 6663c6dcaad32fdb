#pragma once

#include "identity/openssl.hpp"
#include "identity/text.hpp"

#include <string>
#include <vector>

namespace volumeviz::identity {

/// The names in a certificate.
struct certificate_names {
  std::vector<std::string> dns;       ///< of the subjectAltName, in their exact spelling
  std::vector<std::string> addresses; ///< of the subjectAltName, as inet_ntop() writes them
  std::string common; ///< the subject's only common name; empty if there is a subjectAltName

  std::vector<std::string> all() const;

  /// Compares an IP literal with the addresses and anything else with the DNS names, without case
  /// and without wildcards. The common name counts for both.
  bool contain(const std::string& name) const;
};

certificate_names names_of(const X509& certificate);

/// The names for a log line: "a", "b" and 3 more. They come from the network, so characters that
/// are not printable ASCII become question marks.
std::string printable(const certificate_names& names);

} // namespace volumeviz::identity
