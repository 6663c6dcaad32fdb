#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::http {

/// Which requests are allowed, from the settings.
struct access_rules {
  std::string token = {};                      ///< HTTP_AUTH_TOKEN; empty: none
  std::vector<std::string> allowed_hosts = {}; ///< HTTP_ALLOWED_HOSTS, as text::host_of writes them
  bool only_loopback = false;                  ///< the server listens on loopback addresses only
};

/// What a browser says about the origin of a request.
struct provenance {
  std::optional<std::string> host = {};   ///< the header's value; HTTP/1.0 needs none
  std::optional<std::string> origin = {}; ///< the header's value
};

/// Why a request is refused because a foreign web page may have sent it from its reader's browser;
/// nothing when it is allowed. Without a token only these two rules keep such requests out:
///  - A page can let its own name resolve to 127.0.0.1 after it was loaded (DNS rebinding). Then
///    the node is the page's own origin, but the Host header still has that name. It is checked
///    where the server listens on loopback addresses only, or HTTP_ALLOWED_HOSTS is set.
///  - A form or script of any page may send a POST without reading the answer. Browsers then add an
///    Origin header. A POST is refused if its Origin is not the address in its Host header.
/// A request without a Host header is allowed, since every browser sends one.
std::optional<std::string> foreign_because(const access_rules& rules, std::string_view method,
                                           const provenance& from);

/// Whether all addresses that `host` resolves to are reachable from this machine only.
bool is_only_loopback(const std::string& host);

} // namespace volumeviz::http
