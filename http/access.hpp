#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::http {

/// Who may ask, as the settings say.
struct access_rules {
  std::string token = {};                      ///< HTTP_AUTH_TOKEN; empty: none
  std::vector<std::string> allowed_hosts = {}; ///< HTTP_ALLOWED_HOSTS, as text::host_of writes them
  bool only_loopback = false;                  ///< the server listens on loopback addresses only
};

/// What a browser tells about a request beside what is asked.
struct provenance {
  std::optional<std::string> host = {};   ///< the header's value; HTTP/1.0 needs none
  std::optional<std::string> origin = {}; ///< the header's value
};

/// Why a request is refused that a foreign web page may have made its reader's browser send, or
/// nothing. Without a token nothing else tells such a request from one of ours:
///  - A name that its owner lets resolve to 127.0.0.1 after the page is loaded ("DNS rebinding")
///    makes the node the page's own origin. The Host header still has that name. It is checked
///    where the server listens on loopback addresses only, or HTTP_ALLOWED_HOSTS is set.
///  - A form or script of any page may POST without reading the answer. Browsers then send an
///    Origin header; a POST is refused whose Origin is not the address that its Host header names.
/// No browser leaves Host out, so a request without it is let in.
std::optional<std::string> foreign_because(const access_rules& rules, std::string_view method,
                                           const provenance& from);

/// Whether all addresses that `host` resolves to are reachable from this machine only.
bool is_only_loopback(const std::string& host);

} // namespace volumeviz::http
